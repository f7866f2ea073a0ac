import { checkedGroupSize } from './reward-options.js';

/**
 * The solve probability that pays an injector best, p* = 1 - G^(-1/(G-1)): the zero of the derivative of
 * `expectedInjectorReward`, whatever alpha is. For 8 attempts 0.257; the paper reads "around 0.2" off its figure 10.
 * Throws RewardError for a group of fewer than 2: with one attempt every bug pays the same.
 */
export function optimalSolveProbability(options: { readonly groupSize?: number | undefined } = {}): number {
  const groupSize = checkedGroupSize(options.groupSize, 2);
  return -Math.expm1(-Math.log(groupSize) / (groupSize - 1));
}
