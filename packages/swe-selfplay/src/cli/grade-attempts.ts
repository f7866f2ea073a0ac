import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EvaluateOptions, type Evaluation, evaluatePatch } from '@swe-selfplay/evaluation';
import { type SolveOptions, type Solver, type SolverTask, solveAttempt } from '@swe-selfplay/solver';
import { mapConcurrently } from '../map-concurrently.js';
import { UsageError } from './exit-code.js';

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
  readonly jobs: number;
  /** Where patches and gradings are written as they are earned. */
  readonly folder: string;
  readonly onGraded: (attempt: GradedAttempt) => void;
}

/** Makes attempts at a task, grades each and writes `attempt-N.diff` and `attempt-N.json`. */
export async function gradeAttempts(task: SolverTask, solver: Solver, options: GradeOptions): Promise<GradedAttempt[]> {
  await claimFolder(options.folder);
  const indices = Array.from({ length: options.attempts }, (_, index) => index);
  return mapConcurrently(indices, options.jobs, async (index) => {
    options.signal.throwIfAborted();
    const { outcome, seed } = await solveAttempt(task.view, solver, index, options);
    const isSubmitted = outcome.status === 'submitted';
    const predPatch = isSubmitted ? outcome.predPatch : new Uint8Array();
    const evaluation =
      outcome.status === 'infra' ? ungraded(outcome.reason) : await evaluatePatch(task.grading, predPatch, options);
    options.signal.throwIfAborted();
    const patch = isSubmitted ? join(options.folder, `attempt-${index + 1}.diff`) : null;
    const reason = outcome.status === 'gave-up' ? `Gave up: ${outcome.reason}` : evaluation.reason;
    const graded = { attempt: index + 1, seed, patch, ...evaluation, reason };
    if (patch !== null) await writeFile(patch, predPatch);
    await writeFile(join(options.folder, `attempt-${index + 1}.json`), `${JSON.stringify(graded)}\n`);
    options.onGraded(graded);
    return graded;
  });
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
