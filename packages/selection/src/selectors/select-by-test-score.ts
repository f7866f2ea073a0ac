import { allBest, bestOf, indicesWhere } from '../best-of.js';
import { checkedCount, isEmptyPatch } from '../candidate-checks.js';
import { countVotes } from '../count-votes.js';
import type { Selection } from '../selection.js';
import { SelectionError } from '../selection-error.js';

/** Tests of one written test file, without the patch (before) and with it (after). */
export interface TestFileCounts {
  readonly failBefore: number;
  readonly passBefore: number;
  /** Of `failBefore`, those that pass with the patch. */
  readonly failToPass: number;
  /** Of `passBefore`, those that still pass with the patch. */
  readonly passToPass: number;
}

export interface TestScoreCandidate {
  /** One entry per written test file, the same files in the same order for all candidates. Null: could not be run. */
  readonly tests: readonly TestFileCounts[] | null;
  /** Equal keys mean equal patches, such as a normalised patch; empty for an attempt that handed in none. */
  readonly patchKey: string;
}

export interface TestScoreOptions {
  /** What a term is worth whose denominator is zero, which the paper leaves open. Default 0. */
  readonly zeroTerm?: 0 | 1;
  /** Which of equal scores, also left open: `majority` (default) the most frequent patch, `first` the lowest index. */
  readonly ties?: 'majority' | 'first';
  /** Whether test files that do not fail without any patch are discarded before scoring. Default true, as in the paper. */
  readonly discardsPassing?: boolean;
}

/**
 * Kimi-Dev's self-play score S = sum FP / sum F + sum PP / sum P over the written test files, 0..2 (arXiv 2509.23045
 * Eq. 1), by argmax. One division, so that equal scores are equal numbers and tie. Null for a candidate that could not be
 * run. Throws SelectionError `invalid-candidate` for counts that cannot be.
 */
export function testScore(
  { tests }: Pick<TestScoreCandidate, 'tests'>,
  { zeroTerm = 0, discardsPassing = true }: TestScoreOptions = {},
  index = 0,
): number | null {
  if (tests === null) return null;
  const total = { failBefore: 0, passBefore: 0, failToPass: 0, passToPass: 0 };
  for (const counts of tests) {
    checkCounts(counts, index);
    if (discardsPassing && counts.failBefore === 0) continue;
    total.failBefore += counts.failBefore;
    total.passBefore += counts.passBefore;
    total.failToPass += counts.failToPass;
    total.passToPass += counts.passToPass;
  }
  const [fixed, failing] = total.failBefore === 0 ? [zeroTerm, 1] : [total.failToPass, total.failBefore];
  const [kept, passing] = total.passBefore === 0 ? [zeroTerm, 1] : [total.passToPass, total.passBefore];
  return (fixed * passing + kept * failing) / (failing * passing);
}

/**
 * Kimi-Dev's choice: the patch with the highest `testScore`. Of equal scores the patch that most candidates handed in
 * (votes counted among those tied), then the lowest index. Empty patches take no part in the choice, though they have a
 * score.
 */
export function selectByTestScore(
  candidates: readonly TestScoreCandidate[],
  options: TestScoreOptions = {},
): Selection {
  const scores = candidates.map((candidate, index) => testScore(candidate, options, index));
  const scored = indicesWhere(candidates, ({ patchKey }, index) => scores[index] !== null && !isEmptyPatch(patchKey));
  const survivors = allBest(scored, (index) => scores[index]!);
  const patchOf = (index: number): string => candidates[index]!.patchKey;
  const votes = countVotes(survivors, patchOf);
  const isMajority = options.ties !== 'first';
  const index = bestOf(survivors, (candidate) => [isMajority ? votes.get(patchOf(candidate))! : 0]);
  const reason = survivors.length > 1 ? `${survivors.length} tied for the highest test score` : 'highest test score';
  return { index, scores, survivors, reason: index === undefined ? 'nothing to choose from' : reason };
}

function checkCounts(counts: TestFileCounts, index: number): void {
  for (const [name, value] of Object.entries(counts)) checkedCount(value, index, name);
  if (counts.failToPass > counts.failBefore || counts.passToPass > counts.passBefore)
    throw new SelectionError(
      'invalid-candidate',
      `Expected candidate ${index} to fix and keep no more tests than there were, got ${JSON.stringify(counts)}.`,
    );
}
