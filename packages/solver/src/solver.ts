import type { StagePass, Trajectory } from '@swe-selfplay/adapter';
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
  /** Names the episode in its trajectory; default: made of the task and the seed. */
  readonly trajectoryId?: string | undefined;
  /** The episode's place in a pipeline; a solver with stages says which it is in. */
  readonly pass?: StagePass | undefined;
  /** Called with the trajectory of each conversation, whatever its end; of several the last one is the attempt's. */
  readonly onTrajectory?: ((trajectory: Trajectory) => void) | undefined;
}

/** Whatever makes a pred_patch from what a solver may see. */
export interface Solver {
  readonly name: string;
  /** It enters the stages of `options.pass` itself; without, the whole of it counts as the conversation. */
  readonly hasStages?: boolean;
  /** Throws only where what it stands on failed (SandboxError, EvaluationError, SolverError `infra`) or on abort. */
  solve(view: TaskView, options: SolveOptions): Promise<Submission>;
}
