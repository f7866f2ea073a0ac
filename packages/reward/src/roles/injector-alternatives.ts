import { checkedOption } from '../checked-numbers.js';
import { checkedProbability } from '../reward-options.js';

/**
 * Learnability 4 s (1 - s), 0..1: the variance of an attempt's outcome, greatest, 1, at a solve rate of a half. Null
 * where no attempt was graded. Throws RewardError `probability-out-of-range`.
 */
export function learnability(solveRate: number | null): number | null {
  if (solveRate === null) return null;
  const rate = checkedProbability('solveRate', solveRate);
  return 4 * rate * (1 - rate);
}

export interface BetaRewardOptions {
  /** Exponent of s, above 0. */
  readonly a: number;
  /** Exponent of 1 - s, above 0. */
  readonly b: number;
}

/**
 * The alternative injector reward of SSR (arXiv 2512.18552, appendix B): s^a (1 - s)^b, 0..1. Null where no attempt was
 * graded. Throws RewardError `probability-out-of-range`, `option-out-of-range`.
 */
export function betaReward(solveRate: number | null, options: BetaRewardOptions): number | null {
  const { a, b } = checkedExponents(options);
  if (solveRate === null) return null;
  const rate = checkedProbability('solveRate', solveRate);
  return rate ** a * (1 - rate) ** b;
}

/** The solve rate that `betaReward` pays best, a / (a + b). */
export function optimalBetaSolveRate(options: BetaRewardOptions): number {
  const { a, b } = checkedExponents(options);
  return a / (a + b);
}

/** SSR's ablation (section 3): 1 for an artifact that passes all checks, else -1, however often it is solved. */
export function consistencyReward(isValid: boolean): 1 | -1 {
  return isValid ? 1 : -1;
}

function checkedExponents({ a, b }: BetaRewardOptions): BetaRewardOptions {
  const isPositive = (value: number): boolean => value > 0;
  return { a: checkedOption('a', a, 'above 0', isPositive), b: checkedOption('b', b, 'above 0', isPositive) };
}
