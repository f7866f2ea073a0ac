import { centre } from './group-statistics.js';
import type { GroupOfOne } from './grpo-advantages.js';
import { type GroupMasks, type GroupRewards, overGroup } from './over-group.js';

export interface RlooOptions extends GroupMasks {
  /** Default `reward`, as in verl and rLLM; SkyRL gives `zero`. */
  readonly groupOfOne?: GroupOfOne | undefined;
}

/**
 * RLOO (arXiv 2402.14740) as trainers compute it: A = n / (n - 1) * (r - mean), the same number as
 * `leaveOneOutAdvantages` by another way. Null rewards leave the group and stay null; masks as in `GroupMasks`. Throws
 * RewardError `not-finite`, `length-mismatch`.
 */
export function rlooAdvantages(rewards: GroupRewards, options: RlooOptions = {}): (number | null)[] {
  const { groupOfOne = 'reward' } = options;
  return overGroup(rewards, options, (known) => {
    if (known.length === 1) return groupOfOne === 'reward' ? known : [0];
    const factor = known.length / (known.length - 1);
    return centre(known).differences.map((difference) => factor * difference);
  });
}
