import type { GuardRule, TestRunner } from '@swe-selfplay/evaluation';
import { type CandidateStates, candidateStates } from './candidate-states.js';
import type { CandidateEvidence, CandidatePatch, PatchTestMatrix, SelectionTask, WrittenTest } from './evidence.js';
import { createEvidenceRuns } from './evidence-run.js';
import { type MeasuredTest, measureTest } from './measured-test.js';

export interface GatherOptions {
  readonly runner: TestRunner;
  /**
   * Of one run; default that of the runner without a patch, and of DEFAULT_LIMITS with one. Where the task itself takes
   * less, a run with a patch has ten times as much, but 15 seconds at least: a patch may loop for ever.
   */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly guardRules?: readonly GuardRule[] | undefined;
  /** False: the task's own suite is not run, and nothing is known of regressions. Default true. */
  readonly hasRegressions?: boolean | undefined;
  /** True: written tests that do not fail on the task are columns too. Default false (Kimi-Dev, arXiv 2509.23045, 3.3). */
  readonly keepsPassingTests?: boolean | undefined;
  /** Hears of every evaluation that has ended, and how many will have been asked for as far as is known. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

/**
 * Runs N candidate patches against M written tests and the task's own suite, each distinct (snapshot, test) once.
 * A test that vanished, did not run, or whose pass the second witness does not bear out has not passed. Written tests
 * that do not fail on the task are discarded before any candidate is run. A cell whose run failed as infra is null, and
 * the others stand. Throws only if `signal` is aborted or for a fault of the program; no run is under way then.
 */
export async function gatherMatrix(
  task: SelectionTask,
  candidates: readonly CandidatePatch[],
  tests: readonly WrittenTest[],
  options: GatherOptions,
): Promise<PatchTestMatrix> {
  const { runner, timeoutMs, guardRules, hasRegressions = true, onProgress } = options;
  const stopping = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal;
  const progress = { done: 0, total: tests.length + (hasRegressions ? 1 : 0) + candidates.length };
  const onFinished = () => {
    progress.done += 1;
    onProgress?.({ done: progress.done, total: Math.max(progress.done, progress.total) });
  };
  const runs = createEvidenceRuns({ runner, timeoutMs, signal, onFinished });
  const all = <Value>(work: readonly Promise<Value>[]) => settleAll(work, stopping);
  signal.throwIfAborted();

  const suites = hasRegressions ? [ownSuite(task)] : [];
  const measured = await all(
    [...suites, ...tests].map((test) => measureTest(task, test, runs, { rules: guardRules, timeoutMs })),
  );
  const suite = hasRegressions ? measured[0] : undefined;
  const written = measured.slice(suites.length);
  const isColumn = ({ baseline: { status } }: MeasuredTest) =>
    status === 'kept' || (status === 'passing' && options.keepsPassingTests === true);
  const columns = written.filter(isColumn);

  const states: CandidateStates[] = [];
  for (const candidate of candidates) states.push(await candidateStates(task, candidate, guardRules));
  const ready = states.filter(({ status }) => status === 'ready');
  progress.total = progress.done + ready.length * (columns.length + suites.length);
  const evidence = await all(
    states.map((state, index) => gatherEvidence(candidates[index]!.id, state, suite, columns, all)),
  );
  return {
    baselines: written.map(({ baseline }) => baseline),
    tests: columns.map(({ test }) => test),
    regressionTests: isMeasured(suite) ? [...suite.before].sort() : null,
    candidates: evidence,
    tally: runs.tally(),
  };
}

async function gatherEvidence(
  id: string,
  state: CandidateStates,
  suite: MeasuredTest | undefined,
  columns: readonly MeasuredTest[],
  all: <Value>(work: readonly Promise<Value>[]) => Promise<Value[]>,
): Promise<CandidateEvidence> {
  if (state.status === 'none') return state;
  const failures = async () => {
    if (!isMeasured(suite)) return null;
    if (suite.before.size === 0) return [];
    const passed = await suite.passesIn(state.snapshot);
    return passed && [...suite.before].filter((test) => !passed.has(test)).sort();
  };
  const regressions = failures();
  const cells = columns.map((column) => column.countIn(state.withTest(column.test)));
  await all<unknown>([regressions, ...cells]);
  return {
    status: 'ready',
    id,
    stateKey: state.snapshot.digest,
    effectivePatch: state.effectivePatch,
    regressionFailures: await regressions,
    counts: await Promise.all(cells),
  };
}

/** The task's own suite as if somebody had written it: what passes there must go on to pass. */
function ownSuite({ testCommand }: SelectionTask): WrittenTest {
  return { id: 'own suite', files: new Map(), command: testCommand, writer: 'task' };
}

function isMeasured(suite: MeasuredTest | undefined): suite is MeasuredTest {
  return suite !== undefined && suite.baseline.status !== 'infra';
}

/** As Promise.all, but where one fails the others are stopped and waited for. */
async function settleAll<Value>(work: readonly Promise<Value>[], stopping: AbortController): Promise<Value[]> {
  try {
    return await Promise.all(work);
  } catch (error) {
    stopping.abort(error);
    await Promise.allSettled(work);
    throw error;
  }
}
