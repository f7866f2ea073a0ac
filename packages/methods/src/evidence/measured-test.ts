import type { Snapshot } from '@swe-selfplay/artifact';
import { type GuardRule, reportOf, type TestRun } from '@swe-selfplay/evaluation';
import { DEFAULT_LIMITS } from '@swe-selfplay/sandbox';
import { taskWithTest } from './candidate-states.js';
import { findTestProblem } from './check-written-test.js';
import { crediblePasses } from './credible-passes.js';
import type { SelectionTask, TestBaseline, TestCounts, WrittenTest } from './evidence.js';
import type { EvidenceRuns } from './evidence-run.js';

/** A test and what it does on the task without a patch. */
export interface MeasuredTest {
  readonly test: WrittenTest;
  readonly baseline: TestBaseline;
  /** Ids that pass on the task; empty where the test was not run. */
  readonly before: ReadonlySet<string>;
  /** Ids that pass in a state that the test is laid on; null where that run failed as infra. */
  passesIn(state: Snapshot): Promise<ReadonlySet<string> | null>;
  /** The same as counts. */
  countIn(state: Snapshot): Promise<TestCounts | null>;
}

export interface MeasureOptions {
  readonly rules?: readonly GuardRule[] | undefined;
  /** Most that a run with a patch may take, however long the one without it took. */
  readonly timeoutMs?: number | undefined;
}

/** A patch may loop for ever, and with many tests each of them would wait for it; an honest one may make tests slower. */
const SLOWDOWN = 10;
const MIN_TIMEOUT_MS = 15_000;

const NOTHING: ReadonlySet<string> = new Set();

/** Runs a test on the task without a patch; a test that cannot be used is told so and not run. */
export async function measureTest(
  task: SelectionTask,
  test: WrittenTest,
  runs: EvidenceRuns,
  { rules, timeoutMs }: MeasureOptions = {},
): Promise<MeasuredTest> {
  const problem = findTestProblem(task, test, rules);
  if (problem !== undefined) return unmeasured(test, 'unusable', problem);
  const unpatched = taskWithTest(task, test);
  const baseline = await runs.run(unpatched, test.command);
  if (baseline === null) return unmeasured(test, 'infra', 'The sandbox failed; nothing is known of this test.');

  const testFiles = [...new Set([...task.testFiles, ...test.files.keys()])];
  const credibility = { baseline, repeatBaseline: () => runs.run(unpatched, test.command, { repeat: 1 }), testFiles };
  const counting = countingIds(test, baseline);
  const passing = await crediblePasses(baseline, credibility);
  const before = new Set([...counting].filter((id) => passing.has(id)));
  const passesIn = async (state: Snapshot) => {
    const run = await runs.run(state, test.command, { timeoutMs: patchedTimeout(baseline, timeoutMs) });
    return run && crediblePasses(run, credibility);
  };
  const counts = { failBefore: counting.size - before.size, passBefore: before.size };
  return {
    test,
    baseline: { testId: test.id, ...judge(counts, baseline), ...counts },
    before,
    passesIn,
    async countIn(state) {
      const after = await passesIn(state);
      if (after === null) return null;
      const passed = [...counting].filter((id) => after.has(id));
      const passToPass = passed.filter((id) => before.has(id)).length;
      return { ...counts, failToPass: passed.length - passToPass, passToPass };
    },
  };
}

/**
 * How long a test may take with a patch, by its run without one: in steps, so that what hardly differs in time shares its
 * runs, and `timeoutMs` at most. Undefined, which is the runner's own bound, where the baseline itself came to no end.
 */
export function patchedTimeout({ script }: TestRun, timeoutMs: number = DEFAULT_LIMITS.timeoutMs): number | undefined {
  if (script.ending !== 'exited') return undefined;
  const steps = Math.max(1, Math.ceil((SLOWDOWN * script.durationMs) / MIN_TIMEOUT_MS));
  return Math.min(timeoutMs, steps * MIN_TIMEOUT_MS);
}

/** Without ids of its own a test counts by all that it reports on the task: what a patch adds to that is its own affair. */
function countingIds({ testIds }: WrittenTest, baseline: TestRun): Set<string> {
  return new Set(testIds ?? reportOf(baseline).keys());
}

function judge(
  { failBefore, passBefore }: Pick<TestCounts, 'failBefore' | 'passBefore'>,
  { script }: TestRun,
): Pick<TestBaseline, 'status' | 'reason'> {
  const ending = script.ending === 'exited' ? '' : ` The run was cut: ${script.ending}.`;
  if (failBefore > 0) return { status: 'kept', reason: `${failBefore} fail on the task, ${passBefore} pass.${ending}` };
  return passBefore > 0
    ? { status: 'passing', reason: `All ${passBefore} pass on the task: it shows nothing of the bug.` }
    : { status: 'unusable', reason: `It reports no test on the task.${ending}` };
}

function unmeasured(test: WrittenTest, status: 'unusable' | 'infra', reason: string): MeasuredTest {
  return {
    test,
    baseline: { testId: test.id, status, failBefore: 0, passBefore: 0, reason },
    before: NOTHING,
    passesIn: async () => null,
    countIn: async () => null,
  };
}
