import type { Deviation } from './group-statistics.js';
import { grpoAdvantages } from './grpo-advantages.js';
import type { GroupMasks, GroupRewards } from './over-group.js';

export interface NebiusOptions extends GroupMasks {
  /** The paper does not say which; default `population`. */
  readonly deviation?: Deviation | undefined;
  /** Added to the deviation; the paper gives no number, default 1e-6. */
  readonly delta?: number | undefined;
}

/**
 * Nebius (arXiv 2508.03501, Eq. 2): A = (R - mean) / (deviation + delta), of rewards with `stepPenalty` added. A group
 * of one and a group of equal rewards get zeros, and what gets 0 is dropped from the batch (`dropZeroAdvantages`). Null
 * rewards leave the group and stay null. Throws RewardError `not-finite`, `length-mismatch`, `option-out-of-range`.
 */
export function nebiusAdvantages(rewards: GroupRewards, options: NebiusOptions = {}): (number | null)[] {
  const { delta, ...rest } = options;
  return grpoAdvantages(rewards, { ...rest, epsilon: delta, groupOfOne: 'zero' });
}
