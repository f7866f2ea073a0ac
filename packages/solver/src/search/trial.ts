import { applyPatch, modeOf, type Snapshot, type TestCommand, touchedPaths } from '@swe-selfplay/artifact';
import type { TestRun, TestRunner } from '@swe-selfplay/evaluation';
import { type Detection, detectTestFrameworks, type TestFramework } from '@swe-selfplay/python';
import type { TaskView } from '../solver-task.js';
import { isClean, keepsPassing, type Standing, standingOf } from './judge-run.js';

/** The restored tests as the solver runs them: on the task as it is, and on what it makes of it. */
export interface Trial {
  readonly status: 'ready';
  /** The task with the specification applied. */
  readonly restored: Snapshot;
  /** The test files that `judge` runs. */
  readonly testPaths: readonly string[];
  /** What `judge` says of `restored`. */
  readonly baseline: Standing;
  judge(snapshot: Snapshot): Promise<Standing>;
  /** True where no test of the whole suite fails that passed on `restored`. */
  keepsSuite(snapshot: Snapshot): Promise<boolean>;
}

export type TrialSetup = Trial | { readonly status: 'unusable'; readonly reason: string };

const FIRST_TIMEOUT_MS = 60_000;
const SUITE_TIMEOUT_MS = 300_000;
const MIN_TIMEOUT_MS = 5_000;
/** A repair may make tests loop for ever, and an honest one may make them slower. */
const SLOWDOWN = 5;

/** Finds out by itself how the tests of a task run: a solver is told of the specification and of nothing else. */
export async function createTrial(
  view: TaskView,
  runner: TestRunner,
  signal: AbortSignal | undefined,
): Promise<TrialSetup> {
  const application = await applyPatch(view.snapshot, view.specification);
  if (application.status === 'refused') return unusable(`The specification does not apply: ${application.reason}`);
  const restored = application.snapshot;
  const found = await detectTestFrameworks(restored);
  if (found.status === 'not-found') return unusable(found.reason);

  const touched = new Set(touchedPaths(view.specification).filter((path) => modeOf(restored, path) !== undefined));
  for (const { framework, detection } of found.candidates) {
    const suite = createSuite({ framework, detection, runner, signal });
    const restoredPaths = detection.testFiles.filter((path) => touched.has(path));
    for (const testPaths of [restoredPaths, detection.testFiles]) {
      if (testPaths.length === 0) continue;
      const first = await suite.run(restored, testPaths, FIRST_TIMEOUT_MS);
      const baseline = standingOf(first, framework);
      const hasRun = first.script.ending !== 'exited' || baseline.passed.size + baseline.failed.size > 0;
      // Restored tests that all pass show nothing; the bug may show elsewhere in the suite.
      if (!hasRun || isClean(baseline)) continue;
      const usual =
        first.script.ending === 'exited' ? first : await suite.run(view.snapshot, testPaths, FIRST_TIMEOUT_MS);
      return {
        status: 'ready',
        restored,
        testPaths,
        baseline,
        judge: async (snapshot) => standingOf(await suite.run(snapshot, testPaths, timeoutAfter(usual)), framework),
        keepsSuite: (snapshot) => suite.keepsPassing(snapshot, restored),
      };
    }
  }
  return unusable('No test fails that the solver can run, so there is nothing to go by.');
}

function unusable(reason: string): TrialSetup {
  return { status: 'unusable', reason };
}

/** Whole seconds, so that runs that hardly differ in time share their limit and with it their result. */
function timeoutAfter({ script }: TestRun): number {
  const seconds = Math.ceil((SLOWDOWN * script.durationMs) / 5_000) * 5;
  return Math.max(MIN_TIMEOUT_MS, seconds * 1000);
}

interface Suite {
  run(snapshot: Snapshot, testFiles: readonly string[], timeoutMs: number): Promise<TestRun>;
  keepsPassing(snapshot: Snapshot, reference: Snapshot): Promise<boolean>;
}

function createSuite(parts: {
  readonly framework: TestFramework;
  readonly detection: Detection;
  readonly runner: TestRunner;
  readonly signal: AbortSignal | undefined;
}): Suite {
  const { framework, detection, runner, signal } = parts;
  const run = (snapshot: Snapshot, testFiles: readonly string[], timeoutMs: number) =>
    runner.run(snapshot, commandFor(framework, detection, testFiles), { timeoutMs, ...(signal && { signal }) });
  return {
    run,
    async keepsPassing(snapshot, reference) {
      const before = await run(reference, detection.testFiles, SUITE_TIMEOUT_MS);
      // A suite that does not end cannot speak against a repair.
      if (before.script.ending !== 'exited') return true;
      const after = await run(snapshot, detection.testFiles, timeoutAfter(before));
      return keepsPassing(standingOf(after, framework), standingOf(before, framework));
    },
  };
}

function commandFor(framework: TestFramework, detection: Detection, testFiles: readonly string[]): TestCommand {
  const script = framework.testScript(detection, { testFiles, deselected: [] });
  return { script: Buffer.from(script), parser: Buffer.from(framework.parser) };
}
