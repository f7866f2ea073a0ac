import type { TestCommand } from '@swe-selfplay/artifact';
import type { TestRunner } from '@swe-selfplay/evaluation';
import type { SandboxProvider } from '@swe-selfplay/sandbox';
import type { TaskView } from '@swe-selfplay/solver';

/**
 * A task as far as a choice among its attempts may know it: what the solver saw, and how the repository's tests run.
 * Neither the original nor FAIL_TO_PASS is in it: a choice that peeks is worth nothing.
 */
export interface SelectionTask {
  readonly view: TaskView;
  /** The task's own suite, as the attempts could run it. */
  readonly testCommand: TestCommand;
  /** Oracle test files; in `view` they are weakened. */
  readonly testFiles: readonly string[];
}

/** A test that somebody wrote for a task, to tell right patches from wrong ones. It may be wrong itself. */
export interface WrittenTest {
  readonly id: string;
  /** Files that are added to a snapshot, or take the place of files there, before `command` runs. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Runs the test and reports ids; it may report others as well. */
  readonly command: TestCommand;
  /** Who wrote it: the name of a TestWriter, where several take part with a number behind it. */
  readonly writer: string;
  /** The ids that count; those that a run does not report did not pass. Undefined: all that it reports. */
  readonly testIds?: readonly string[];
  /** What a person should know of it, such as that it could not be split. */
  readonly note?: string;
}

export interface WriteTestsOptions {
  /** How many tests are wanted at most. */
  readonly count: number;
  readonly seed: number;
  /** Of the task: see SelectionTask. */
  readonly testCommand: TestCommand;
  readonly testFiles: readonly string[];
  readonly runner: TestRunner;
  readonly provider: SandboxProvider;
  /** Of one run; default that of the runner. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Writes tests for a task that it sees as a solver does. Equal seeds give equal tests where no model is asked. */
export interface TestWriter {
  readonly name: string;
  write(view: TaskView, options: WriteTestsOptions): Promise<readonly WrittenTest[]>;
}

/** An attempt to choose from. */
export interface CandidatePatch {
  readonly id: string;
  /** `pred_patch.diff`; empty where the attempt handed in none. */
  readonly predPatch: Uint8Array;
  /** Whether the attempt ended by handing in. */
  readonly isFinished: boolean;
  /**
   * What a judge that executes nothing gives it; null where it failed. A critic's is unbounded, that of an execution-free
   * verifier (DeepSWE) in 0..1.
   */
  readonly score?: number | null;
  /** In which round of an adversarial loop it was made; without one, its place among the attempts counts. */
  readonly iteration?: number;
}

/** How many runs a method asked for, and how many of them were made. */
export interface RunTally {
  /** Evaluations asked for: a (patch, test) pair, a baseline, a regression run. */
  readonly requested: number;
  /** Distinct (snapshot, test command) pairs among them. */
  readonly distinct: number;
  /** Distinct ones that were executed. */
  readonly executed: number;
  /** Distinct ones that the runner knew already. `executed + cached` is less than `distinct` by those that failed as infra. */
  readonly cached: number;
}

/** What one written test says of one patch, by test ids. 0 <= failToPass <= failBefore, 0 <= passToPass <= passBefore. */
export interface TestCounts {
  /** Ids that do not pass, and that pass, on the task without a patch. */
  readonly failBefore: number;
  readonly passBefore: number;
  /** Those of them that pass with the patch. */
  readonly failToPass: number;
  readonly passToPass: number;
}

/**
 * A written test on the task without a patch. `kept`: it fails there, so it may tell patches apart. `passing`: it does
 * not fail there, so it shows nothing of the bug. `unusable`: it cannot be run, or would replace what it is to test.
 */
export interface TestBaseline {
  readonly testId: string;
  readonly status: 'kept' | 'passing' | 'unusable' | 'infra';
  readonly failBefore: number;
  readonly passBefore: number;
  readonly reason: string;
}

/** What the runs say of one candidate. */
export type CandidateEvidence =
  | {
      readonly status: 'ready';
      readonly id: string;
      /** Digest of the state that was run: equal for patches that come to the same, however they are written. */
      readonly stateKey: string;
      /** What is left of the patch with tests, and what decides how they run, put back; a diff on the task. */
      readonly effectivePatch: Uint8Array;
      /** Ids of the task's suite that pass without the patch and not with it, sorted; null where the run failed as infra. */
      readonly regressionFailures: readonly string[] | null;
      /** By kept test; null where a run failed as infra. */
      readonly counts: readonly (TestCounts | null)[];
    }
  | {
      readonly status: 'none';
      readonly id: string;
      /** `without-effect`: all that it changes is put back before tests run. */
      readonly why: 'empty' | 'refused' | 'without-effect';
      readonly reason: string;
    };

/** N candidates x M written tests, executed. */
export interface PatchTestMatrix {
  /** Every written test in order, also those that were discarded. */
  readonly baselines: readonly TestBaseline[];
  /** The tests that count, in order: columns of `counts`. */
  readonly tests: readonly WrittenTest[];
  /** Ids of the task's suite that pass without any patch; null where that run failed as infra, or was not asked for. */
  readonly regressionTests: readonly string[] | null;
  /** In the order of the candidates. */
  readonly candidates: readonly CandidateEvidence[];
  readonly tally: RunTally;
}
