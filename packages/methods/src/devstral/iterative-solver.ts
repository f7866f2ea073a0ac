import { createHash } from 'node:crypto';
import type { Trajectory } from '@swe-selfplay/adapter';
import { EvaluationError } from '@swe-selfplay/evaluation';
import { SandboxError } from '@swe-selfplay/sandbox';
import {
  DEFAULT_MAX_ATTEMPTS,
  type FinishedAttempt,
  needsAnotherAttempt,
  selectIterative,
  temperatureOf,
} from '@swe-selfplay/selection';
import {
  attemptSeed,
  type SolveOptions,
  type Solver,
  SolverError,
  type Submission,
  type TaskView,
} from '@swe-selfplay/solver';
import { MethodError } from '../method-error.js';

/** Makes the solver of one attempt, counted from 1, to sample at `temperature`. */
export type SolverOfAttempt = (attempt: number, temperature: number) => Solver;

export interface IterativeSolverOptions {
  /** Default 3. */
  readonly maxAttempts?: number | undefined;
  /** What the first attempt is sampled at, which the factory is told. Default 0. */
  readonly temperature?: number | undefined;
}

interface TriedAttempt extends FinishedAttempt {
  readonly submission: Submission | undefined;
  readonly trajectories: readonly Trajectory[];
  /** What ended it, where that was an exception of what it stands on. */
  readonly error: Error | undefined;
}

/**
 * Iterative best-of-3 without any ground truth (Devstral, arXiv 2509.25193; OpenHands, evaluation/benchmarks/swe_bench):
 * another attempt is made only where the last one did not end with a submission, changed nothing, or ended in an exception,
 * and from the last attempt back to the first the first patch that is not empty is handed in. Where the temperature is 0,
 * attempts from the second on are told 0.1, since they would repeat the first.
 *
 * An attempt has not finished where its solver gave up, the last trajectory ended without a submission, or its notes say
 * `isFinished: false`. The first attempt has the seed and the trajectory id of the whole, later ones their own. The
 * trajectories of all attempts are told at the end, the chosen attempt's last, since that is the one that is judged.
 * Throws MethodError `invalid-options`; as a solver does where no attempt has a patch and one of them failed for reasons
 * that say nothing about the task.
 */
export function createIterativeSolver(
  solver: Solver | SolverOfAttempt,
  { maxAttempts = DEFAULT_MAX_ATTEMPTS, temperature = 0 }: IterativeSolverOptions = {},
): Solver {
  if (!Number.isSafeInteger(maxAttempts) || maxAttempts < 1)
    throw new MethodError('invalid-options', `Expected maxAttempts from 1 on, got ${maxAttempts}.`);
  if (!(Number.isFinite(temperature) && temperature >= 0))
    throw new MethodError('invalid-options', `Expected a temperature from 0 on, got ${temperature}.`);
  const solverOf = (attempt: number) =>
    typeof solver === 'function' ? solver(attempt, temperatureOf(attempt, temperature)) : solver;
  const first = solverOf(1);
  return {
    name: `iterative ${first.name}`,
    ...(first.hasStages !== undefined && { hasStages: first.hasStages }),
    async solve(view, options) {
      const tried: TriedAttempt[] = [];
      try {
        do {
          const attempt = tried.length + 1;
          tried.push(await tryOnce(attempt === 1 ? first : solverOf(attempt), view, optionsOf(options, attempt)));
        } while (tried.length < maxAttempts && needsAnotherAttempt(tried.at(-1)!));
      } finally {
        tellTrajectories(tried, options, maxAttempts);
      }
      return submissionOf(tried, maxAttempts);
    },
  };
}

function optionsOf(options: SolveOptions, attempt: number): SolveOptions {
  if (attempt === 1) return options;
  const { trajectoryId } = options;
  return {
    ...options,
    seed: attemptSeed(options.seed, attempt),
    ...(trajectoryId !== undefined && { trajectoryId: idOf(trajectoryId, attempt) }),
  };
}

function idOf(trajectoryId: string, attempt: number): string {
  return createHash('sha256').update(`iterative\0${trajectoryId}\0${attempt}`).digest('hex').slice(0, 32);
}

async function tryOnce(solver: Solver, view: TaskView, options: SolveOptions): Promise<TriedAttempt> {
  const trajectories: Trajectory[] = [];
  const onTrajectory = (trajectory: Trajectory) => void trajectories.push(trajectory);
  try {
    const submission = await solver.solve(view, { ...options, onTrajectory });
    options.signal?.throwIfAborted();
    const patch = submission.status === 'submitted' ? Buffer.from(submission.predPatch).toString('latin1') : '';
    return { submission, trajectories, patch, isFinished: isFinished(submission, trajectories), error: undefined };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!isInfraFailure(error)) throw error;
    return { submission: undefined, trajectories, patch: '', isFinished: false, hadException: true, error };
  }
}

function isFinished(submission: Submission, trajectories: readonly Trajectory[]): boolean {
  if (submission.status === 'gave-up' || submission.notes?.isFinished === false) return false;
  const last = trajectories.at(-1);
  return last === undefined || last.end.status === 'submitted';
}

function tellTrajectories(tried: readonly TriedAttempt[], { onTrajectory }: SolveOptions, maxAttempts: number): void {
  if (onTrajectory === undefined) return;
  const chosen = tried[selectIterative(tried, { maxAttempts }).index ?? tried.length - 1];
  const others = tried.filter((attempt) => attempt !== chosen);
  for (const { trajectories } of chosen ? [...others, chosen] : others) trajectories.forEach(onTrajectory);
}

function submissionOf(tried: readonly TriedAttempt[], maxAttempts: number): Submission {
  const { index } = selectIterative(tried, { maxAttempts });
  const notes = { attempts: tried.length, chosenAttempt: index === undefined ? null : index + 1 };
  const chosen = index === undefined ? undefined : tried[index]!.submission;
  if (chosen !== undefined) return { ...chosen, notes: { ...chosen.notes, ...notes } };
  const failure = tried.findLast(({ error }) => error !== undefined)?.error;
  if (failure !== undefined) throw failure;
  const last = tried.at(-1)!.submission!;
  return { ...last, notes: { ...last.notes, ...notes } };
}

function isInfraFailure(error: unknown): error is Error {
  if (error instanceof SolverError) return error.code === 'infra';
  return error instanceof SandboxError || error instanceof EvaluationError;
}
