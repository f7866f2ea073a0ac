import type { Patch, Snapshot } from '@swe-selfplay/artifact';
import type { GradingTask } from '@swe-selfplay/evaluation';

/** All that a solver may see. */
export interface TaskView {
  readonly id: string;
  readonly order: 1 | 2;
  /** The buggy, weakened tree. Detached: the original's text cannot be reached from it. */
  readonly snapshot: Snapshot;
  /** The reverse of test_weaken.diff: what the tests are meant to be. Applies to `snapshot`. */
  readonly specification: Patch;
  /** The specification as a git diff, without blob ids. */
  readonly specificationText: Uint8Array;
}

/** A task to solve and, kept apart from it, what its attempts are graded with. */
export interface SolverTask {
  readonly id: string;
  /** 1 for a bug from an injector, 2 for one made of a failed attempt. */
  readonly order: 1 | 2;
  /** Id of the order-1 task for an order-2 task; what the caller gave as `parent` otherwise. */
  readonly parent: string | undefined;
  /** The failed attempt that an order-2 task is made of. */
  readonly sourceAttempt: string | undefined;
  /** The only part that may reach a solver. */
  readonly view: TaskView;
  /** Holds the original. */
  readonly grading: GradingTask;
}
