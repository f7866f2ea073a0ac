import { hasPassed, readFile, type Snapshot, withFiles } from '@swe-selfplay/artifact';
import { type FailingTest, type Failure, weakenTests } from '@swe-selfplay/python';
import type { DiscoveredTests } from './discover-tests.js';
import type { RunProbe } from './probe.js';

export interface WeakenOptions {
  /** Ids that the bug makes fail. */
  readonly failToPass: readonly string[];
  readonly tests: DiscoveredTests;
  /** Files that may be weakened. */
  readonly weakenable: ReadonlySet<string>;
  readonly run: RunProbe;
}

export interface Weakening {
  readonly snapshot: Snapshot;
  /** Those of `failToPass` that pass now. */
  readonly hidden: readonly string[];
}

const ROUNDS = 3;

/**
 * Weakens the tests that fail in the buggy state, round by round: the statement that failed is taken out; a test that
 * still fails after the last round loses its body. Undefined where that hides none of them.
 */
export async function weakenFailingTests(
  buggy: Snapshot,
  output: string,
  { failToPass, tests, weakenable, run }: WeakenOptions,
): Promise<Weakening | undefined> {
  let snapshot = buggy;
  let failures = tests.framework.findFailures(output).filter(({ id }) => failToPass.includes(id));
  let hidden: readonly string[] = [];
  for (let round = 0; round <= ROUNDS && failures.length > 0; round += 1) {
    const weakened = await weakenFiles(snapshot, failures, { weakenable, emptiesBodies: round === ROUNDS });
    if (weakened.digest === snapshot.digest && round < ROUNDS) continue;
    const probed = await run(weakened);
    if (!probed) break;
    snapshot = weakened;
    hidden = failToPass.filter((id) => hasPassed(probed.report, id));
    failures = tests.framework
      .findFailures(probed.output)
      .filter(({ id }) => failToPass.includes(id) && !hasPassed(probed.report, id));
  }
  return hidden.length > 0 ? { snapshot, hidden } : undefined;
}

async function weakenFiles(
  snapshot: Snapshot,
  failures: readonly Failure[],
  options: { readonly weakenable: ReadonlySet<string>; readonly emptiesBodies: boolean },
): Promise<Snapshot> {
  const byFile = new Map<string, FailingTest[]>();
  for (const { test, frames } of failures) {
    if (!test || !options.weakenable.has(test.file)) continue;
    const lines = frames.filter(({ file }) => file === test.file).map(({ line }) => line);
    const failing = { testLine: test.line, failingLines: options.emptiesBodies ? [] : lines };
    byFile.set(test.file, [...(byFile.get(test.file) ?? []), failing]);
  }
  const changes: [string, { mode: '100644' | '100755'; content: Uint8Array }][] = [];
  for (const [path, failing] of byFile) {
    const entry = await readFile(snapshot, path);
    if (!entry || entry.mode === '120000') continue;
    const text = Buffer.from(entry.content).toString('utf8');
    const weakened = weakenTests(text, failing);
    if (weakened !== text) changes.push([path, { mode: entry.mode, content: Buffer.from(weakened) }]);
  }
  return withFiles(snapshot, changes);
}
