import { centre } from './group-statistics.js';
import { type GroupMasks, type GroupRewards, overGroup } from './over-group.js';

/**
 * REINFORCE with the group's mean as baseline, as in Kimi k1.5 and Kimi-Dev (arXiv 2509.23045, section 3.3):
 * A = r - mean. A group of one gets 0. Null rewards leave the group and stay null; masks as in `GroupMasks`. Throws
 * RewardError `not-finite`, `length-mismatch`.
 */
export function kimiAdvantages(rewards: GroupRewards, options: GroupMasks = {}): (number | null)[] {
  return overGroup(rewards, options, (known) => centre(known).differences);
}
