import type { Patch, Snapshot } from '@swe-selfplay/artifact';
import type { GradingTask } from '@swe-selfplay/evaluation';
import type { HiddenOracles } from './hidden-oracles/hidden-oracles.js';

/** All that a solver may see. */
export interface TaskView {
  readonly id: string;
  readonly order: 1 | 2;
  /** The buggy, weakened tree. Detached: the original's text cannot be reached from it. */
  readonly snapshot: Snapshot;
  /** The reverse of test_weaken.diff, or its public part: what the tests are meant to be. Applies to `snapshot`. */
  readonly specification: Patch;
  /** The specification as a git diff, without blob ids. */
  readonly specificationText: Uint8Array;
  /** Absolute paths outside of the workspace that its solver is shown empty; see auditLeaks. */
  readonly hiddenPaths?: readonly string[];
  /** Files that were taken out of `snapshot` since they gave the original away; no part of any pred_patch. */
  readonly scrubbedPaths?: readonly string[];
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
  /** Whether some of FAIL_TO_PASS is kept from the solver; there where that was asked for. Never for a solver. */
  readonly hidden?: HiddenOracles;
  /** The only part that may reach a solver. */
  readonly view: TaskView;
  /** Holds the original. */
  readonly grading: GradingTask;
}
