import { bestOf, indicesWhere } from '../best-of.js';
import { checkedScoreOrNull } from '../candidate-checks.js';
import type { Selection } from '../selection.js';

export interface CriticCandidate {
  /** The critic's, unbounded (a raw logit in OpenHands' critic). Null: the critic could not be reached. */
  readonly score: number | null;
  /** Whether the patch passes the regression and the reproduction tests. */
  readonly keeps: boolean;
  readonly isEmpty: boolean;
}

export interface CriticSelectionOptions {
  /**
   * What to choose from when tests drop every patch, which OpenHands does not state: `non-empty` (default) all patches
   * that change something, `none` nothing.
   */
  readonly fallback?: 'non-empty' | 'none';
}

/**
 * Best-of-k by a critic (OpenHands, card of openhands-critic-32b-exp-20250417): patches that fail regression or
 * reproduction tests are dropped, of the rest the highest score wins, of equal scores the lower index. Empty patches are
 * never chosen. A candidate without a score takes no part; where tests keep some but none of those has a score,
 * nothing is chosen, rather than a patch that is known to fail.
 *
 * Throws SelectionError `invalid-candidate` for NaN and infinite scores.
 */
export function selectByCritic(
  candidates: readonly CriticCandidate[],
  { fallback = 'non-empty' }: CriticSelectionOptions = {},
): Selection {
  const scores = candidates.map(({ score }, index) => checkedScoreOrNull(score, index, 'the score'));
  const kept = indicesWhere(candidates, ({ keeps, isEmpty }) => keeps && !isEmpty);
  const nonEmpty = indicesWhere(candidates, ({ isEmpty }) => !isEmpty);
  const isFallback = kept.length === 0;
  const considered = isFallback ? (fallback === 'none' ? [] : nonEmpty) : kept;
  const survivors = considered.filter((index) => scores[index] !== null);
  const index = bestOf(survivors, (candidate) => [scores[candidate]!]);
  return { index, scores, survivors, reason: describe(index, isFallback, considered.length) };
}

function describe(index: number | undefined, isFallback: boolean, considered: number): string {
  if (index !== undefined)
    return isFallback ? 'highest score; the tests kept none' : 'highest score of those the tests keep';
  return considered === 0 ? 'nothing to choose from' : 'the critic scored none of those left';
}
