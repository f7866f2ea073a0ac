import type { ArtifactProblem, PatchApplication, TestReport } from '@swe-selfplay/artifact';
import { type Parse, reportOf, type TestRun } from '@swe-selfplay/evaluation';
import type { ChangedFile } from './changed-file.js';
import type { ValidationRules } from './validation-rules.js';

/**
 * All that is known of one artifact: static facts, and the runs made so far. Checks read it and nothing else. What was
 * not gathered (a run that another check made pointless) is undefined.
 */
export interface Evidence {
  readonly rules: ValidationRules;
  /** What could not be read of the five files. */
  readonly problems: readonly ArtifactProblem[];
  /** Listed oracle tests, and what the original has at each path. */
  readonly testFiles: readonly { readonly path: string; readonly found: 'regular-file' | 'link' | 'nothing' }[];
  readonly bugInject: PatchFacts;
  /** Applied on top of the bug. */
  readonly testWeaken: PatchFacts;
  /** What bug_inject.diff changes, as whole texts; undefined where it did not apply. */
  readonly bugFiles?: readonly ChangedFile[];
  /** What test_weaken.diff changes on top of the bug. */
  readonly weakenedFiles?: readonly ChangedFile[];
  /** Paths of bug_inject.diff that are guarded (SPEC 7). */
  readonly guardedPaths: readonly string[];
  /** Test runners that a second witness knows and that test_script.sh names. */
  readonly runnersNamed?: readonly string[];
  /** `repeats` runs of the original, in their order; fewer where the first of them left nothing to find out. */
  readonly original?: readonly TestRun[];
  /** As many with the bug and the original tests. */
  readonly buggy?: readonly TestRun[];
  /** With bug and weakening. */
  readonly weakened?: TestRun;
  /** With the bug but for one of its changes, and the original tests; one entry for each change. Outputs are not kept. */
  readonly reverted?: readonly RevertedRun[];
  /** The original, the buggy state and each of `reverted` again, with comments added. Outputs are not kept. */
  readonly neutral?: readonly NeutralRun[];
  readonly parserProbe?: ParserProbe;
}

export interface PatchFacts {
  /** Undefined where the diff could not be read, or where the one before it did not apply. */
  readonly application: PatchApplication | undefined;
  /** Every path on either side of the diff. */
  readonly paths: readonly string[];
  /** Changes that can be taken back alone; a rename is one change of two paths. */
  readonly changes: readonly (readonly string[])[];
}

export interface RevertedRun {
  /** The paths put back to what they are in the original. */
  readonly paths: readonly string[];
  readonly run: TestRun;
}

/** A state run again with comments added to its files, and what it is to be compared with. */
export interface NeutralRun {
  readonly state: 'original' | 'buggy' | 'reverted';
  /** Of a reverted state, the paths put back. */
  readonly paths: readonly string[];
  /** Files that got a comment. */
  readonly edited: readonly string[];
  readonly run: TestRun;
}

/** What the parser made of the original's output when asked again in other surroundings, and of empty input. */
export interface ParserProbe {
  readonly again: Parse;
  readonly empty: Parse;
}

/** Ids whose result differs between repeats of the original or of the buggy state; an absent id is a result too. */
export function flakyTests({ original = [], buggy = [] }: Pick<Evidence, 'original' | 'buggy'>): ReadonlySet<string> {
  return new Set([...disagreements(original), ...disagreements(buggy)]);
}

/** FAIL_TO_PASS and PASS_TO_PASS by the first run of each state, without the flaky ids. */
export function stableReports(evidence: Evidence): { readonly original: TestReport; readonly buggy: TestReport } {
  return {
    original: firstReport(evidence.original),
    buggy: firstReport(evidence.buggy),
  };
}

/** The report of the first run; empty where there is none. */
export function firstReport(runs: readonly TestRun[] | undefined): TestReport {
  const run = runs?.[0];
  return run === undefined ? new Map() : reportOf(run);
}

function disagreements(runs: readonly TestRun[]): string[] {
  const reports = runs.map(reportOf);
  const ids = new Set(reports.flatMap((report) => [...report.keys()]));
  return [...ids].filter((id) => new Set(reports.map((report) => report.get(id))).size > 1);
}
