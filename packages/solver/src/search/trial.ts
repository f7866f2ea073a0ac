import { applyPatch, type Snapshot, type TestCommand, touchedPaths } from '@swe-selfplay/artifact';
import type { TestRun, TestRunner } from '@swe-selfplay/evaluation';
import { type Detection, detectTestFrameworks, type TestFramework } from '@swe-selfplay/python';
import type { TaskView } from '../solver-task.js';
import { isClean, keepsPassing, type Standing, standingOf } from './judge-run.js';

/** The restored tests as the solver runs them: on the task as it is, and on what it makes of it. */
export interface Trial {
  readonly status: 'ready';
  /** The task with the specification applied. */
  readonly restored: Snapshot;
  /** Every file that the specification touches: never changed by a repair. */
  readonly specified: readonly string[];
  /** The test files that `judge` runs: those that the specification touches, and others that fail. */
  readonly testPaths: readonly string[];
  /** What `judge` says of `restored`. */
  readonly baseline: Standing;
  judge(snapshot: Snapshot): Promise<Standing>;
  /** True where no test of the whole suite fails that passed on `restored`, or passes in `standing`. */
  keepsSuite(snapshot: Snapshot, standing: Standing): Promise<boolean>;
}

export type TrialSetup = Trial | { readonly status: 'unusable'; readonly reason: string };

const FIRST_TIMEOUT_MS = 60_000;
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

  const specified = touchedPaths(view.specification);
  for (const { framework, detection } of found.candidates) {
    const suite = createSuite({ framework, detection, runner, signal });
    const whole = await suite.run(restored, detection.testFiles, FIRST_TIMEOUT_MS);
    const testPaths = pathsToJudge(detection, specified, standingOf(whole, framework));
    const first = await suite.run(restored, testPaths, FIRST_TIMEOUT_MS);
    const baseline = standingOf(first, framework);
    const hasRun = first.script.ending !== 'exited' || baseline.passed.size + baseline.failed.size > 0;
    if (!hasRun || isClean(baseline)) continue;
    const usual =
      first.script.ending === 'exited' ? first : await suite.run(view.snapshot, testPaths, FIRST_TIMEOUT_MS);
    return {
      status: 'ready',
      restored,
      specified,
      testPaths,
      baseline,
      judge: async (snapshot) => standingOf(await suite.run(snapshot, testPaths, timeoutAfter(usual)), framework),
      async keepsSuite(snapshot, standing) {
        // A suite that does not end cannot speak against a repair.
        if (whole.script.ending !== 'exited') return true;
        const after = standingOf(await suite.run(snapshot, detection.testFiles, timeoutAfter(whole)), framework);
        return keepsPassing(after, standingOf(whole, framework)) && keepsPassing(after, standing);
      },
    };
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

/** Restored test files, and files of tests that fail though they were not weakened; all where there is neither. */
function pathsToJudge({ testFiles }: Detection, specified: readonly string[], whole: Standing): readonly string[] {
  const failing = whole.failures.map(({ test }) => test?.file);
  const paths = testFiles.filter((path) => specified.includes(path) || failing.includes(path));
  return paths.length > 0 ? paths : testFiles;
}

interface Suite {
  run(snapshot: Snapshot, testFiles: readonly string[], timeoutMs: number): Promise<TestRun>;
}

function createSuite(parts: {
  readonly framework: TestFramework;
  readonly detection: Detection;
  readonly runner: TestRunner;
  readonly signal: AbortSignal | undefined;
}): Suite {
  const { framework, detection, runner, signal } = parts;
  return {
    run: (snapshot, testFiles, timeoutMs) =>
      runner.run(snapshot, commandFor(framework, detection, testFiles), { timeoutMs, ...(signal && { signal }) }),
  };
}

function commandFor(framework: TestFramework, detection: Detection, testFiles: readonly string[]): TestCommand {
  const script = framework.testScript(detection, { testFiles, deselected: [] });
  return { script: Buffer.from(script), parser: Buffer.from(framework.parser) };
}
