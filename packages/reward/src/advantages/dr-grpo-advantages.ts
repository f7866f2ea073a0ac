import { centre } from './group-statistics.js';
import type { GroupOfOne } from './grpo-advantages.js';
import { type GroupMasks, type GroupRewards, overGroup } from './over-group.js';

export interface DrGrpoOptions extends GroupMasks {
  /** Default `zero`, as the paper's formula; verl and rLLM without the deviation give the `reward`. */
  readonly groupOfOne?: GroupOfOne | undefined;
}

/**
 * Dr.GRPO (arXiv 2503.20783, section 3.2): A = r - mean, without a deviation; its loss divides by a constant length
 * (see `aggregateLoss`). Null rewards leave the group and stay null; masks as in `GroupMasks`. Does not change when a
 * constant is added to all rewards, and scales with them. Throws RewardError `not-finite`, `length-mismatch`.
 */
export function drGrpoAdvantages(rewards: GroupRewards, options: DrGrpoOptions = {}): (number | null)[] {
  return overGroup(rewards, options, (known) =>
    known.length === 1 && options.groupOfOne === 'reward' ? known : centre(known).differences,
  );
}
