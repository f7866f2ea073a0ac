import type {
  CandidateEvidence,
  CandidatePatch,
  PatchTestMatrix,
  TestCounts,
  WrittenTest,
} from '../evidence/evidence.js';

/** What a method chooses by: candidates, and what their runs say in the same order. */
export interface GatheredEvidence {
  readonly candidates: readonly CandidatePatch[];
  readonly matrix: PatchTestMatrix;
}

/**
 * Whether a reproduction test passes with a patch: every id that does not pass on the task does. What passed before is
 * the business of regression tests. Null: not known.
 */
export function reproduces(counts: TestCounts | null | undefined): boolean | null {
  return counts ? counts.failToPass === counts.failBefore : null;
}

/** As `reproduces` for some columns: false where one fails, else null where one is not known, else true. */
export function reproducesAll(evidence: CandidateEvidence, columns: readonly number[]): boolean | null {
  if (evidence.status === 'none') return false;
  const passes = columns.map((column) => reproduces(evidence.counts[column]));
  return passes.includes(false) ? false : passes.includes(null) ? null : true;
}

/**
 * How many tests of the task's suite fail that passed without the patch; null: not known. Where the suite could not be
 * run on the task itself, nothing tells candidates apart, and none has failures.
 */
export function regressionFailures(evidence: CandidateEvidence, matrix: PatchTestMatrix): number | null {
  if (evidence.status === 'none') return evidence.why === 'refused' ? null : 0;
  if (matrix.regressionTests === null) return 0;
  return evidence.regressionFailures?.length ?? null;
}

/** The columns of a matrix by place, or those of some tests. */
export function columnsOf({ tests }: PatchTestMatrix, isWanted: (test: WrittenTest) => boolean = () => true): number[] {
  return tests.flatMap((test, column) => (isWanted(test) ? [column] : []));
}
