import { checkedBound, checkedFinite, checkedOption } from '../checked-numbers.js';

export interface ClipOptions {
  /** Ratios below 1 - low are clipped; from 0 up to 1, default 0.2. */
  readonly low?: number | undefined;
  /** Ratios above 1 + high are clipped; 0 or more, default 0.28 (DAPO's clip-higher). PPO and GRPO: equal to `low`. */
  readonly high?: number | undefined;
}

export interface DualClipOptions extends ClipOptions {
  /** Bound c of the loss at negative advantages, in ratios; above 1, default 3. */
  readonly dual?: number | undefined;
}

/**
 * One token's term of the clipped objective, to be maximised: min(ratio A, clip(ratio, 1 - low, 1 + high) A) (PPO;
 * with low and high apart DAPO, arXiv 2503.14476, Eq. 8). `ratio`: new over old probability of the token, 0 or more.
 * Throws RewardError `not-finite`, `option-out-of-range`.
 */
export function clippedPolicyTerm(ratio: number, advantage: number, options: ClipOptions = {}): number {
  const low = checkedOption('low', options.low ?? 0.2, 'a number from 0 to 1', (value) => value >= 0 && value <= 1);
  const high = checkedOption('high', options.high ?? 0.28, 'a number from 0 up', (value) => value >= 0);
  checkedFinite('advantage', advantage);
  checkedOption('ratio', checkedFinite('ratio', ratio), 'a number from 0 up', (value) => value >= 0);
  const clipped = Math.min(Math.max(ratio, 1 - low), 1 + high);
  return Math.min(ratio * advantage, clipped * advantage) + 0;
}

/**
 * The same as a loss, to be minimised, and bounded for negative advantages (dual clip, arXiv 1912.09729; verl
 * `compute_policy_loss`, SkyRL `dual_clip`): the negated term, but at most -c A where A < 0.
 */
export function dualClipLoss(ratio: number, advantage: number, options: DualClipOptions = {}): number {
  const dual = checkedOption('dual', options.dual ?? 3, 'a number above 1', (value) => value > 1);
  const loss = 0 - clippedPolicyTerm(ratio, advantage, options);
  return advantage < 0 ? Math.min(loss, 0 - dual * advantage) : loss;
}

/**
 * New over old probability of a token from its log-probabilities. The difference is held within `maxLogRatio` either
 * way, default 20 as in verl, so that the ratio stays finite; Infinity for none. Throws RewardError `not-finite`,
 * `option-out-of-range`.
 */
export function importanceRatio(logProbability: number, oldLogProbability: number, maxLogRatio: number = 20): number {
  const difference =
    checkedFinite('logProbability', logProbability) - checkedFinite('oldLogProbability', oldLogProbability);
  const bound = checkedBound('maxLogRatio', maxLogRatio);
  return Math.exp(Math.min(Math.max(difference, -bound), bound));
}
