import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestCommand } from '@swe-selfplay/artifact';
import type { ParseVariation, TestRunner } from '@swe-selfplay/evaluation';
import type { ParserProbe } from './evidence.js';

const MAX_KEPT = 1_000;

/** A parser that gave the same result for an output twice need not prove it again to the next artifact that has both. */
const kept = new WeakMap<TestRunner, Map<string, ParserProbe>>();

/** Nothing of this may change what a parser makes of an output. */
const OTHER_SURROUNDINGS: ParseVariation = {
  directory: '/tmp',
  timeZone: 'Asia/Kathmandu',
  hashSeed: 4_242,
  environmentSeed: 7,
};

/**
 * Reads an output once more, in another directory, under another hash seed, time zone and environment and in another
 * second of the clock, and empty input. Throws what the runner throws.
 */
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
    nextSecond(signal).then(() => runner.parse(command, output, { signal, variation: OTHER_SURROUNDINGS })),
    runner.parse(command, new Uint8Array(), { signal }),
  ]);
  if (probes.size >= MAX_KEPT) probes.clear();
  probes.set(key, { again, empty });
  return { again, empty };
}

/** Other runs go on in the meantime, so this costs a validation next to nothing. */
async function nextSecond(signal: AbortSignal): Promise<void> {
  await delay(1_010 - (Date.now() % 1_000), undefined, { signal });
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
