import { allBest, bestOf, indicesWhere } from '../best-of.js';
import { checkedPositiveInteger, checkedScoreOrNull } from '../candidate-checks.js';
import type { Selection } from '../selection.js';
import { SelectionError } from '../selection-error.js';

export interface HybridCandidate {
  /** How sure a verifier that reads the trajectory is, 0..1; see `executionFreeScore`. */
  readonly executionFree: number | null;
  /** How many regression tests pass with the patch. */
  readonly regressionPassed: number | null;
  /** How many written tests pass with the patch. */
  readonly testScore: number | null;
}

export interface HybridOptions {
  /**
   * `code`: of the n best by the verifier keep the most regression tests passed among THEM, then the most written tests,
   * then the best by the verifier. `formula`: the verifier's score, -Infinity outside of the n best, plus written tests
   * passed where as many regression tests pass as with any of ALL. `notebook`: as `code`, with another default for n, and
   * without the last comparison: all that are left tie, and an average over them is their worth (`survivors`; `index` is
   * the first of them).
   */
  readonly variant: 'code' | 'formula' | 'notebook';
  /** Default: half of the scored candidates, rounded down, but at least 1; for `notebook` at least 3. */
  readonly n?: number;
}

/**
 * The hybrid verifier of R2E-Gym and DeepSWE (arXiv 2504.07164 Eq. 1-2; R2E-Gym, verifiers/create_bestofn_aggregate.py).
 * Candidates with a null anywhere are left out. Equal ones: lower index, also for the last place among the n best. Scores
 * of `formula` are its sums, of the others `executionFree`. Throws SelectionError.
 */
export function selectHybrid(candidates: readonly HybridCandidate[], { variant, n }: HybridOptions): Selection {
  if (!['code', 'formula', 'notebook'].includes(variant))
    throw new SelectionError('invalid-options', `Expected the variant code, formula or notebook, got ${variant}.`);
  const checked = candidates.map(checkCandidate);
  const scored = indicesWhere(checked, (candidate) => candidate !== null);
  const least = variant === 'notebook' ? 3 : 1;
  const size = n === undefined ? Math.max(least, Math.floor(scored.length / 2)) : checkedPositiveInteger(n, 'n');
  const at = (index: number): Scored => checked[index]!;
  const best = [...scored]
    .sort((left, right) => at(right).executionFree - at(left).executionFree || left - right)
    .slice(0, size)
    .sort((left, right) => left - right);
  if (variant === 'formula') return chooseByFormula(checked, scored, best);

  const regressing = allBest(best, (index) => at(index).regressionPassed);
  const survivors = allBest(regressing, (index) => at(index).testScore);
  const index = variant === 'code' ? bestOf(survivors, (candidate) => [at(candidate).executionFree]) : survivors[0];
  const scores = checked.map((candidate) => candidate?.executionFree ?? null);
  return { index, scores, survivors, reason: describe(index, best.length) };
}

interface Scored {
  readonly executionFree: number;
  readonly regressionPassed: number;
  readonly testScore: number;
}

function chooseByFormula(checked: readonly (Scored | null)[], scored: number[], survivors: number[]): Selection {
  const most = scored.reduce((most, index) => Math.max(most, checked[index]!.regressionPassed), -Infinity);
  const scores = checked.map((candidate, index) => {
    if (candidate === null) return null;
    const executionBased = candidate.regressionPassed === most ? candidate.testScore : 0;
    return survivors.includes(index) ? candidate.executionFree + executionBased : -Infinity;
  });
  const index = bestOf(survivors, (candidate) => [scores[candidate]!]);
  return { index, scores, survivors, reason: describe(index, survivors.length) };
}

function describe(index: number | undefined, size: number): string {
  return index === undefined ? 'nothing to choose from' : `tests among the ${size} best by the verifier`;
}

function checkCandidate(candidate: HybridCandidate, index: number): Scored | null {
  const executionFree = checkedScoreOrNull(candidate.executionFree, index, 'executionFree');
  const regressionPassed = checkedScoreOrNull(candidate.regressionPassed, index, 'regressionPassed');
  const testScore = checkedScoreOrNull(candidate.testScore, index, 'testScore');
  if (executionFree === null || regressionPassed === null || testScore === null) return null;
  return { executionFree, regressionPassed, testScore };
}
