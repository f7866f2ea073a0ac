import { bestOf, indicesWhere } from '../best-of.js';
import { checkedCount, checkedPositiveInteger, isEmptyPatch } from '../candidate-checks.js';
import { countVotes } from '../count-votes.js';
import { meanNearestSimilarity } from '../mean-nearest-similarity.js';
import type { Selection } from '../selection.js';
import { SelectionError } from '../selection-error.js';

export interface ConsistencyCandidate {
  /** Normalised, so that patches that mean the same are the same string. Blank at both ends does not count. */
  readonly patch: string;
  /** How many regression tests fail with the patch. Null: not known; counts as more than any. */
  readonly regressionFailures: number | null;
  /** Whether the reproduction test passes with the patch. Null: not known; counts as no. */
  readonly reproduces: boolean | null;
}

export interface ConsistencyOptions {
  /** Candidates per bug as planned; half of it, rounded down, are a patch's nearest neighbours. At least 2, default 40. */
  readonly numSamples?: number;
  /**
   * UTF-16 units above which a patch is like none but its equals, since nothing else can run while patches are compared:
   * 40 unrelated ones of 20 000 take some ten seconds, of 100 000 some ten minutes. The original has no bound. Default
   * 20 000.
   */
  readonly maxPatchLength?: number;
}

/**
 * SWE-Swiss' enhanced self-consistency (zhenyuhe00/SWE-Swiss, evaluation/agentless/repair/rerank.py): score = votes +
 * similarity, where votes counts survivors with the same patch (1..) and similarity is the mean Levenshtein ratio to the
 * `numSamples / 2` nearest of ALL candidates, itself and those that do not survive included (0..1).
 *
 * Survivors have the fewest failed regression tests (fewest of all candidates, empty patches too) and reproduce; where
 * there is none, the fewest failed regression tests; where there is none still, a patch that is not empty. Order: score,
 * similarity, then whichever patch came first. Candidates that do not survive have null for a score.
 *
 * Throws SelectionError `invalid-candidate` and `invalid-options`.
 */
export function selectByConsistency(
  candidates: readonly ConsistencyCandidate[],
  { numSamples = 40, maxPatchLength = 20_000 }: ConsistencyOptions = {},
): Selection {
  if (!Number.isSafeInteger(numSamples) || numSamples < 2)
    throw new SelectionError(
      'invalid-options',
      `Expected numSamples to be a whole number from 2 on, got ${numSamples}.`,
    );
  checkedPositiveInteger(maxPatchLength, 'maxPatchLength');
  const neighbours = Math.floor(numSamples / 2);
  const patches = candidates.map(({ patch }) => patch.trim());
  const failures = candidates.map(({ regressionFailures }, index) =>
    regressionFailures === null ? Infinity : checkedCount(regressionFailures, index, 'regressionFailures'),
  );
  const { survivors, reason } = filterCandidates(candidates, failures);
  const votes = countVotes(survivors, (index) => patches[index]!);
  const similarities = meanNearestSimilarity(patches, survivors, neighbours, maxPatchLength);
  const scores = candidates.map((_, index) => {
    const similarity = similarities.get(patches[index]!);
    return similarity === undefined || !survivors.includes(index) ? null : votes.get(patches[index]!)! + similarity;
  });
  const index = bestOf(survivors, (candidate) => [scores[candidate]!, similarities.get(patches[candidate]!)!]);
  return { index, scores, survivors, reason };
}

function filterCandidates(
  candidates: readonly ConsistencyCandidate[],
  failures: readonly number[],
): { survivors: number[]; reason: string } {
  const nonEmpty = indicesWhere(candidates, ({ patch }) => !isEmptyPatch(patch));
  if (nonEmpty.length === 0) return { survivors: [], reason: 'nothing to choose from' };
  const fewest = failures.reduce((least, count) => Math.min(least, count), Infinity);
  const regressing = nonEmpty.filter((index) => failures[index] === fewest);
  const reproducing = regressing.filter((index) => candidates[index]!.reproduces === true);
  if (reproducing.length > 0) return { survivors: reproducing, reason: 'votes and similarity of those that reproduce' };
  if (regressing.length > 0)
    return { survivors: regressing, reason: 'votes and similarity of those with the fewest failed regression tests' };
  return { survivors: nonEmpty, reason: 'votes and similarity of all; the tests kept none' };
}
