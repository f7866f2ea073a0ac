import type { Snapshot, TestCommand } from '@swe-selfplay/artifact';
import type { ParseVariation, RunVariation } from './run-variation.js';
import type { Parse, TestRun } from './test-run.js';

export interface RunOptions {
  /** 0-based; equal repeats of equal runs are executed once. Also sets PYTHONHASHSEED, so that repeats differ in it. */
  readonly repeat?: number;
  readonly timeoutMs?: number;
  readonly variation?: RunVariation;
  readonly signal?: AbortSignal;
}

export interface ParseOptions {
  readonly signal?: AbortSignal;
  readonly variation?: ParseVariation;
}

/** Runs test suites, each distinct run once per process and, with a cache folder, once for all. */
export interface TestRunner {
  /** Throws EvaluationError `infra` when the sandbox failed again after retries. */
  run(snapshot: Snapshot, command: TestCommand, options?: RunOptions): Promise<TestRun>;
  /** Parses one output in a sandbox without the repository; never cached, so that purity can be checked. */
  parse(command: TestCommand, output: Uint8Array, options?: ParseOptions): Promise<Parse>;
  /** Counts since the runner was made. */
  readonly counts: { readonly executed: number; readonly cached: number };
}
