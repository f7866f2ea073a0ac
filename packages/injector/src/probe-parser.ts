import { createHash } from 'node:crypto';
import type { TestCommand } from '@swe-selfplay/artifact';
import type { TestRunner } from '@swe-selfplay/evaluation';
import type { ParserProbe } from './evidence.js';

const MAX_KEPT = 1_000;

/** A parser that gave the same result for an output twice need not prove it again to the next artifact that has both. */
const kept = new WeakMap<TestRunner, Map<string, ParserProbe>>();

/** Reads an output once more, and empty input. Throws what the runner throws. */
export async function probeParser(
  runner: TestRunner,
  command: TestCommand,
  output: Uint8Array,
  signal: AbortSignal,
): Promise<ParserProbe> {
  const probes = kept.get(runner) ?? new Map<string, ParserProbe>();
  kept.set(runner, probes);
  const key = `${digest(command.parser)} ${digest(output)}`;
  const known = probes.get(key);
  if (known !== undefined) return known;
  const [again, empty] = await Promise.all([
    runner.parse(command, output, { signal }),
    runner.parse(command, new Uint8Array(), { signal }),
  ]);
  if (probes.size >= MAX_KEPT) probes.clear();
  probes.set(key, { again, empty });
  return { again, empty };
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
