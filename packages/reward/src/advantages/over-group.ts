import { checkAllFinite, checkSameLength } from '../checked-numbers.js';

/** Rewards of one group in the order of its members; null: none could be given, as after broken infrastructure. */
export type GroupRewards = readonly (number | null)[];

export interface GroupMasks {
  /** Of each member, whether it is left out of the loss, such as after a step limit. Default: none is. */
  readonly masked?: readonly boolean[] | undefined;
  /**
   * Whose rewards make the mean and the deviation. `all` (default): masked members too, as in SkyRL-Agent (arXiv
   * 2511.16108) and in DeepSWE's code of its time. `unmasked`: they are dropped before the group is formed, as in
   * current rLLM (`trainer/algorithms/transform.py`). Either way a masked member has no advantage.
   */
  readonly baseline?: 'all' | 'unmasked' | undefined;
}

/**
 * Applies a rule to the rewards that a group has and puts its results back in their places. A null reward leaves the
 * group and stays null, a masked one becomes null. Throws RewardError `not-finite`, with the index, also for rewards so
 * far apart that their differences are not finite, and `length-mismatch`.
 */
export function overGroup(
  rewards: GroupRewards,
  { masked, baseline = 'all' }: GroupMasks,
  rule: (known: readonly number[]) => readonly number[],
): (number | null)[] {
  checkAllFinite('rewards', rewards);
  if (masked !== undefined) checkSameLength('masked', masked.length, rewards.length);
  const counts = rewards.map((reward, index) => reward !== null && (baseline === 'all' || masked?.[index] !== true));
  const known = rule(rewards.filter((reward, index): reward is number => counts[index]!));
  checkAllFinite('advantages', known);
  const results = known[Symbol.iterator]();
  return counts.map((isCounted, index) => {
    if (!isCounted) return null;
    const result = results.next().value!;
    return masked?.[index] === true ? null : result;
  });
}
