import { sum } from './group-statistics.js';
import type { GroupOfOne } from './grpo-advantages.js';
import { type GroupMasks, type GroupRewards, overGroup } from './over-group.js';

export interface LeaveOneOutOptions extends GroupMasks {
  /** Default `reward`, a baseline of 0: SkyRL-Agent's estimator `loop`. SkyRL's `rloo` gives `zero`. */
  readonly groupOfOne?: GroupOfOne | undefined;
}

/**
 * Leave-one-out, as in SkyRL-Agent (arXiv 2511.16108; `integrations/skyrl_train/trainer.py`) and DeepSWE: A is the
 * reward minus the mean of the others', which is n / (n - 1) times its distance from the mean of all. No deviation.
 * Masked members count in the baseline unless `baseline` says otherwise. Null rewards leave the group and stay null.
 * Does not change when a constant is added to all rewards, and scales with them. Throws RewardError `not-finite`,
 * `length-mismatch`.
 */
export function leaveOneOutAdvantages(rewards: GroupRewards, options: LeaveOneOutOptions = {}): (number | null)[] {
  const { groupOfOne = 'reward' } = options;
  return overGroup(rewards, options, (known) => {
    if (known.length === 1) return groupOfOne === 'reward' ? known : [0];
    // Distances from the least reward, summed in sorted order: equal rewards get exactly 0, in whatever order.
    const least = Math.min(...known);
    const distances = known.map((reward) => reward - least);
    const total = sum([...distances].sort((a, b) => a - b));
    return distances.map((distance) => distance - (total - distance) / (known.length - 1));
  });
}
