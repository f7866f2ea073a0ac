import type { TestRunner } from '@swe-selfplay/evaluation';
import type { SandboxProvider } from '@swe-selfplay/sandbox';
import type { TaskView } from './solver-task.js';

/** What an attempt hands in. `notes` is for the record; nothing is judged by it. */
export type Submission =
  | { readonly status: 'submitted'; readonly predPatch: Uint8Array; readonly notes?: Readonly<Record<string, unknown>> }
  | { readonly status: 'gave-up'; readonly reason: string; readonly notes?: Readonly<Record<string, unknown>> };

export interface SolveOptions {
  /** Equal seeds give equal attempts, as far as the solver itself can promise it. */
  readonly seed: number;
  readonly runner: TestRunner;
  readonly provider: SandboxProvider;
  readonly signal?: AbortSignal | undefined;
}

/** Whatever makes a pred_patch from what a solver may see. */
export interface Solver {
  readonly name: string;
  /** Throws only where what it stands on failed (SandboxError, EvaluationError, SolverError `infra`) or on abort. */
  solve(view: TaskView, options: SolveOptions): Promise<Submission>;
}
