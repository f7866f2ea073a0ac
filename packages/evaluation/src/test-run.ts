import type { TestReport } from '@swe-selfplay/artifact';
import type { Witness } from './witness.js';

/** What running `test_script.sh` once gave. Its exit status means nothing (SPEC 3). */
export interface ScriptRun {
  readonly ending: 'exited' | 'timed-out' | 'output-exceeded' | 'memory-exceeded';
  /** Both streams in the order in which they were written; what came before the end where it was cut. */
  readonly output: Uint8Array;
  readonly durationMs: number;
}

/** What `test_parser.py` made of an output. */
export type Parse =
  | { readonly status: 'parsed'; readonly report: TestReport }
  | { readonly status: 'invalid'; readonly reason: string };

/** One run: script and parser on one snapshot. */
export interface TestRun {
  readonly script: ScriptRun;
  /** Undefined where the script did not end by itself: a cut output is not parsed. */
  readonly parse: Parse | undefined;
  /** What the second witness saw. Undefined where the run was cut, or the runner was made without it. */
  readonly witness?: Witness | undefined;
  readonly isCached: boolean;
}

/** The report of a run; a run that was cut or could not be parsed has an empty one, in which nothing passed. */
export function reportOf(run: TestRun): TestReport {
  return run.parse?.status === 'parsed' ? run.parse.report : new Map();
}
