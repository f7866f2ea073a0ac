import { hasPassed, type Snapshot, type TestCommand } from '@swe-selfplay/artifact';
import { compareWitness } from './compare-witness.js';
import { EvaluationError } from './evaluation-error.js';
import { applyPredPatch, gradedState } from './graded-state.js';
import type { GuardRule } from './guarded-files.js';
import { reportOf, type TestRun } from './test-run.js';
import type { TestRunner } from './test-runner.js';

/** What a patch is graded with. Never handed to a solver: it holds the original. */
export interface GradingTask {
  readonly original: Snapshot;
  /** What the solver got: original + bug + weakening (+ the failed patch of order 2), on the base of the original. */
  readonly task: Snapshot;
  readonly testFiles: readonly string[];
  readonly testCommand: TestCommand;
  /** Ids that pass on the original and not with the bug. */
  readonly failToPass: readonly string[];
  /** Ids that pass on both. */
  readonly passToPass: readonly string[];
  /**
   * Ids of the second witness that must pass, since they passed in every run of the original. Undefined: those of two
   * runs of the original, which are made where they are not known yet.
   */
  readonly witnessed?: readonly string[] | undefined;
  /** The private part of failToPass: ids that nothing the solver was shown covers. */
  readonly hiddenIds?: readonly string[] | undefined;
}

/**
 * Something the patch did that a trainer may want to know of. The first two gain it nothing, since such files are put
 * back. The others may: `touches-test-directory` is a file among the oracle tests that is none of them, such as a helper
 * that they import, and `names-test-runner` is added code that could tamper with the process in which the tests run.
 * `witness-disagrees`: the second witness did not see what the parser read. `runner-tampered`: something that decides
 * outcomes was changed while the tests ran, or an oracle test did not run the code that it has in the original.
 */
export type EvaluationFlag =
  | 'touches-oracle-tests'
  | 'touches-guarded-files'
  | 'touches-test-directory'
  | 'names-test-runner'
  | 'witness-disagrees'
  | 'runner-tampered';

/** How a patch was graded. `infra`: nothing is known of it, it gets no reward and leaves the solve rate. */
export interface Evaluation {
  readonly status: 'solved' | 'unsolved' | 'infra';
  /** One sentence for a person. */
  readonly reason: string;
  /** Expected ids that ran and did not pass. */
  readonly failed: readonly string[];
  /** Expected ids that the report does not hold. */
  readonly missing: readonly string[];
  readonly flags: readonly EvaluationFlag[];
  /** Whether the public and the private expected tests pass; there for a task that has private ones and a run to judge. */
  readonly hidden?: { readonly publicPassed: boolean; readonly privatePassed: boolean };
  readonly ms: number;
}

export interface EvaluateOptions {
  readonly runner: TestRunner;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly guardRules?: readonly GuardRule[];
  /** Flags with which no patch is solved; default REFUSED_FLAGS. */
  readonly refusedFlags?: readonly EvaluationFlag[];
}

/** What a trusted report cannot go with. */
export const REFUSED_FLAGS: readonly EvaluationFlag[] = ['witness-disagrees', 'runner-tampered'];

/**
 * Grades one `pred_patch.diff` (SPEC 6): applied to the task, oracle and guarded files put back to the original, run in
 * a fresh sandbox. Solved only if every id of FAIL_TO_PASS and PASS_TO_PASS is present and passed.
 * Throws only if `signal` is aborted or the task is misused; whatever the patch does is an outcome.
 */
export async function evaluatePatch(
  task: GradingTask,
  predPatch: Uint8Array,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const startedAt = performance.now();
  const ended = (evaluation: Omit<Evaluation, 'ms'>): Evaluation => ({
    ...evaluation,
    ms: Math.round(performance.now() - startedAt),
  });
  if (task.failToPass.length === 0)
    throw new TypeError('Expected a task with at least one id in failToPass, got none.');

  const applied = await applyPredPatch(task.task, predPatch);
  if (applied.status === 'refused') return ended(unsolved(applied.reason));
  const candidate = gradedState(task, applied, options.guardRules);
  try {
    const { runner, refusedFlags = REFUSED_FLAGS } = options;
    const run = await runner.run(candidate.snapshot, task.testCommand, options);
    const judged = judgeRun(task, run);
    const runOriginal = (repeat: number) => runner.run(task.original, task.testCommand, { ...options, repeat });
    const testimony = await compareWitness(task, run, judged.status === 'solved', runOriginal);
    const flags = [...candidate.flags, ...testimony.flags];
    const refused = flags.filter((flag) => refusedFlags.includes(flag));
    if (judged.status === 'solved' && refused.length > 0) {
      const reason = testimony.reasons.join(' ') || 'The patch does what is not allowed.';
      return ended({ ...unsolved(`${reason} Refused for ${refused.join(', ')}.`), flags });
    }
    return ended({ ...judged, ...hiddenOutcome(task, run, judged), flags });
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    return ended({ status: 'infra', reason: error.message, failed: [], missing: [], flags: candidate.flags });
  }
}

function judgeRun({ failToPass, passToPass }: GradingTask, run: TestRun): Omit<Evaluation, 'ms' | 'flags'> {
  if (run.script.ending !== 'exited') return unsolved(`The test run was cut: ${run.script.ending}.`);
  if (run.parse?.status !== 'parsed') {
    return unsolved(`The output of the test run cannot be read: ${run.parse?.reason ?? 'it was not parsed'}`);
  }
  const report = reportOf(run);
  const expected = [...failToPass, ...passToPass];
  const missing = expected.filter((id) => !report.has(id));
  const failed = expected.filter((id) => report.has(id) && !hasPassed(report, id));
  if (missing.length === 0 && failed.length === 0) {
    return { status: 'solved', reason: `All ${expected.length} expected tests pass.`, failed, missing };
  }
  const counts = `${failed.length} fail, ${missing.length} did not run`;
  return { status: 'unsolved', reason: `Of ${expected.length} expected tests ${counts}.`, failed, missing };
}

/** How the two parts of the expected tests came out, in a run that could be read. */
function hiddenOutcome(
  { hiddenIds = [] }: GradingTask,
  run: TestRun,
  { failed, missing }: Pick<Evaluation, 'failed' | 'missing'>,
): Pick<Evaluation, 'hidden'> {
  if (hiddenIds.length === 0 || run.parse?.status !== 'parsed') return {};
  const isHidden = new Set(hiddenIds);
  const lacking = [...failed, ...missing];
  return {
    hidden: {
      publicPassed: lacking.every((id) => isHidden.has(id)),
      privatePassed: !lacking.some((id) => isHidden.has(id)),
    },
  };
}

function unsolved(reason: string): Omit<Evaluation, 'ms'> {
  return { status: 'unsolved', reason, failed: [], missing: [], flags: [] };
}
