import { checkAllFinite, checkedCount } from '../checked-numbers.js';
import { RewardError } from '../reward-error.js';

/**
 * best@k (arXiv 2404.00725; CWM `rl/envs/outcomes.py`, rank-score@k): the expected outcome of the sample that a ranker
 * puts first among k drawn without replacement. `outcomes`: of all samples, best-ranked first; null for one that was not
 * graded, which is left out. The i-th counts C(n - i, k - 1) / C(n, k). With a ranker that puts right samples first this
 * is `passAtK`; with k = 1 the mean. Weights follow from each other by a factor, so thousands of samples overflow
 * nothing. Throws RewardError `not-finite` with the index, `count-out-of-range` for k above the number of outcomes.
 */
export function bestAtK(outcomes: readonly (number | null)[], k: number): number {
  checkAllFinite('outcomes', outcomes);
  checkedCount('k', k, 1);
  const known = outcomes.filter((outcome) => outcome !== null);
  const samples = known.length;
  if (k > samples)
    throw new RewardError('count-out-of-range', `Expected k to be at most the ${samples} outcomes, got ${k}.`);
  let weight = k / samples;
  let expected = 0;
  for (let rank = 1; rank <= samples - k + 1; rank++) {
    expected += weight * known[rank - 1]!;
    weight *= (samples - rank - k + 1) / (samples - rank);
  }
  return expected;
}
