import { createHash } from 'node:crypto';
import { EvaluationError } from '@swe-selfplay/evaluation';
import { SandboxError } from '@swe-selfplay/sandbox';
import type { SolveOptions, Solver, Submission } from './solver.js';
import { SolverError } from './solver-error.js';
import type { TaskView } from './solver-task.js';

/** One solver episode. `infra`: it failed for reasons that say nothing about the task, and leaves the solve rate. */
export interface Attempt {
  /** 0-based place in its group. */
  readonly index: number;
  readonly seed: number;
  readonly outcome: Submission | { readonly status: 'infra'; readonly reason: string };
  readonly durationMs: number;
}

export interface SolveBugOptions extends SolveOptions {
  /** Group size G. Default 8. */
  readonly attempts?: number;
}

const INFRA_RETRIES = 1;

/** Makes G attempts on one task, side by side, and returns them in order of their index. */
export async function solveBug(view: TaskView, solver: Solver, options: SolveBugOptions): Promise<Attempt[]> {
  const indices = Array.from({ length: options.attempts ?? 8 }, (_, index) => index);
  return Promise.all(indices.map((index) => solveAttempt(view, solver, index, options)));
}

/** Makes one attempt of a group, with the seed that belongs to its index; `options.seed` is the seed of the group. */
export async function solveAttempt(
  view: TaskView,
  solver: Solver,
  index: number,
  options: SolveOptions,
): Promise<Attempt> {
  const startedAt = performance.now();
  const seed = attemptSeed(options.seed, index);
  const outcome = await solveWithRetries(view, solver, { ...options, seed });
  return { index, seed, outcome, durationMs: performance.now() - startedAt };
}

/** The seed of one attempt: a 48-bit integer made of the seed of the group and the index of the attempt. */
export function attemptSeed(seed: number, index: number): number {
  return createHash('sha256').update(`attempt\0${seed}\0${index}`).digest().readUIntBE(0, 6);
}

async function solveWithRetries(view: TaskView, solver: Solver, options: SolveOptions): Promise<Attempt['outcome']> {
  for (let retries = 0; ; retries += 1) {
    options.signal?.throwIfAborted();
    try {
      return await solver.solve(view, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!isInfraFailure(error)) throw error;
      if (retries >= INFRA_RETRIES) return { status: 'infra', reason: error.message };
    }
  }
}

function isInfraFailure(error: unknown): error is Error {
  if (error instanceof SolverError) return error.code === 'infra';
  return error instanceof SandboxError || error instanceof EvaluationError;
}
