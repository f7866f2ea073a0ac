import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StagePass } from '@swe-selfplay/adapter';
import { type EvaluateOptions, type Evaluation, evaluatePatch } from '@swe-selfplay/evaluation';
import { mapConcurrently } from '@swe-selfplay/methods';
import { solverReward } from '@swe-selfplay/reward';
import { type SolveOptions, type Solver, type SolverTask, solveAttempt } from '@swe-selfplay/solver';
import { createDispatcher } from '../dispatcher.js';
import { UsageError } from './exit-code.js';
import type { KeptTrajectories } from './kept-trajectories.js';

/** One attempt as it is reported; `patch` is the file it was written to, null where none was handed in. */
export interface GradedAttempt extends Evaluation {
  readonly attempt: number;
  readonly seed: number;
  readonly patch: string | null;
}

export interface GradeOptions extends SolveOptions, EvaluateOptions {
  readonly runner: SolveOptions['runner'];
  readonly signal: AbortSignal;
  readonly attempts: number;
  /** Suites and searches at once. */
  readonly jobs: number;
  /** Conversations at once; default: as many as jobs. */
  readonly concurrency: number | undefined;
  /** Where conversations are written down. */
  readonly trajectories: KeptTrajectories;
  /** Where patches and gradings are written as they are earned. */
  readonly folder: string;
  readonly onGraded: (attempt: GradedAttempt) => void;
}

/** Makes attempts at a task, grades each and writes `attempt-N.diff` and `attempt-N.json`. */
export async function gradeAttempts(task: SolverTask, solver: Solver, options: GradeOptions): Promise<GradedAttempt[]> {
  await claimFolder(options.folder);
  const indices = Array.from({ length: options.attempts }, (_, index) => index);
  const { jobs, concurrency = jobs, signal } = options;
  const dispatcher = createDispatcher({ prepare: 2 * jobs, run: concurrency, judge: 2 * jobs });
  const episode = { group: task.id, signal };
  return mapConcurrently(indices, concurrency + 2 * jobs, (index) =>
    dispatcher.episode(episode, (pass) => gradeAttempt(task, solver, index, options, pass)),
  );
}

async function gradeAttempt(
  task: SolverTask,
  solver: Solver,
  index: number,
  options: GradeOptions,
  pass: StagePass,
): Promise<GradedAttempt> {
  const { signal, folder, trajectories } = options;
  if (solver.hasStages !== true) await pass.enter('run');
  signal.throwIfAborted();
  const { outcome, seed } = await solveAttempt(task.view, solver, index, {
    ...options,
    pass,
    onTrajectory: (trajectory) => trajectories.hear(index, trajectory),
  });
  await pass.enter('judge');
  const isSubmitted = outcome.status === 'submitted';
  const predPatch = isSubmitted ? outcome.predPatch : new Uint8Array();
  const evaluation =
    outcome.status === 'infra' ? ungraded(outcome.reason) : await evaluatePatch(task.grading, predPatch, options);
  signal.throwIfAborted();
  const patch = isSubmitted ? join(folder, `attempt-${index + 1}.diff`) : null;
  const reason = outcome.status === 'gave-up' ? `Gave up: ${outcome.reason}` : evaluation.reason;
  const graded = { attempt: index + 1, seed, patch, ...evaluation, reason };
  if (patch !== null) await writeFile(patch, predPatch);
  await writeFile(join(folder, `attempt-${index + 1}.json`), `${JSON.stringify(graded)}\n`);
  const place = { group_id: task.id, task_id: task.id, attempt: index + 1, order: task.order, parent_ids: [], seed };
  const { status } = evaluation;
  trajectories.settle(
    index,
    { ...place, role: 'solver' },
    { role: 'solver', status, reason },
    solverReward(evaluation) ?? null,
  );
  options.onGraded(graded);
  return graded;
}

function ungraded(reason: string): Evaluation {
  return { status: 'infra', reason, failed: [], missing: [], flags: [], ms: 0 };
}

/** Attempts of another task must not lie between these. */
async function claimFolder(folder: string): Promise<void> {
  const names = await mkdir(folder, { recursive: true })
    .then(() => readdir(folder))
    .catch((cause: Error) => {
      throw new UsageError(`Expected --out to name a folder that can be made; ${cause.message}`, { cause });
    });
  if (names.length > 0)
    throw new UsageError(`Expected --out to name a new or empty folder, but ${folder} holds ${names[0]}.`);
}
