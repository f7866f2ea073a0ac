import { injectorReward } from './injector-reward.js';
import { checkedAlpha, checkedGroupSize, checkedProbability, type GroupOptions } from './reward-options.js';

/**
 * Expected injector reward of a valid bug that each of `groupSize` independent attempts solves with probability p
 * (SSR, appendix B): R(p) = 1 - (1 + alpha) p - (1 + alpha) (1 - p)^G. The last term is the drop at s = 0; at s = 1
 * Eq. 1 is continuous. Throws RewardError for numbers out of range.
 */
export function expectedInjectorReward(solveProbability: number, options: GroupOptions = {}): number {
  const p = checkedProbability('solveProbability', solveProbability);
  const alpha = checkedAlpha(options.alpha);
  const groupSize = checkedGroupSize(options.groupSize);
  return 1 - (1 + alpha) * p - (1 + alpha) * (1 - p) ** groupSize;
}

/**
 * The same as the sum that defines it: over k solved of G, binomial(k; G, p) times Eq. 1 at k / G. Takes time in
 * proportion to `groupSize`; it is there to check the closed form, and other rewards against it.
 */
export function expectedInjectorRewardBySum(solveProbability: number, options: GroupOptions = {}): number {
  const p = checkedProbability('solveProbability', solveProbability);
  const alpha = checkedAlpha(options.alpha);
  const groupSize = checkedGroupSize(options.groupSize);
  let expected = 0;
  for (let solved = 0; solved <= groupSize; solved++) {
    const reward = injectorReward({ valid: true, solveRate: solved / groupSize }, { alpha })!;
    expected += binomialProbability(solved, groupSize, p) * reward;
  }
  return expected;
}

/** In logarithms, since C(n, k) of a large group overflows. */
function binomialProbability(successes: number, trials: number, p: number): number {
  if (p === 0 || p === 1) return successes === trials * p ? 1 : 0;
  let logProbability = successes * Math.log(p) + (trials - successes) * Math.log1p(-p);
  for (let i = 1; i <= Math.min(successes, trials - successes); i++) logProbability += Math.log((trials + 1 - i) / i);
  return Math.exp(logProbability);
}
