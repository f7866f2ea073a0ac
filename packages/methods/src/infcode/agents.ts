import type { Trajectory } from '@swe-selfplay/adapter';
import type { TestRunner } from '@swe-selfplay/evaluation';
import type { SandboxProvider } from '@swe-selfplay/sandbox';
import type { Submission } from '@swe-selfplay/solver';
import type { SelectionTask, WrittenTest } from '../evidence/evidence.js';
import type { Statement } from '../statements/statement.js';

interface AgentRequest {
  readonly task: SelectionTask;
  readonly statement: Statement;
  /** T_k. */
  readonly tests: readonly WrittenTest[];
  /** The patch at hand, against the task; empty where there is none yet. */
  readonly patch: Uint8Array;
  readonly seed: number;
  readonly runner: TestRunner;
  readonly provider: SandboxProvider;
  readonly signal?: AbortSignal | undefined;
  readonly onTrajectory?: ((trajectory: Trajectory) => void) | undefined;
}

export interface CodeRequest extends AgentRequest {
  /** Counted from 1. */
  readonly iteration: number;
  /** Of the iteration, counted from 1. */
  readonly attempt: number;
  /** Those of `tests` that do not pass with the patch at hand. */
  readonly failing: readonly WrittenTest[];
  /** What these say, see `describeRun`; empty where there are none. */
  readonly failures: string;
}

export interface TestRequest extends AgentRequest {
  /** 0: there are no tests yet, and they are to reproduce what the statement says. From 1 on they are to be strengthened. */
  readonly iteration: number;
}

/** Patches until the tests pass. Gives up or fails as a Solver does; what it hands in is against the task. */
export interface CodeAgent {
  readonly name: string;
  mend(request: CodeRequest): Promise<Submission>;
}

/** Writes tests, and stronger ones against a patch: gives the whole new suite, which may hold old tests as they are. */
export interface TestAgent {
  readonly name: string;
  write(request: TestRequest): Promise<readonly WrittenTest[]>;
}
