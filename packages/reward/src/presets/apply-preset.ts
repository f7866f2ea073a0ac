import { groupAdvantages } from '../advantages/group-advantages.js';
import { checkAllFinite, checkedCount } from '../checked-numbers.js';
import { compactMasks } from '../filters/compact-filtering.js';
import { hasRewardSpread } from '../filters/dynamic-sampling.js';
import { overlongPenalty } from '../shaping/overlong-penalty.js';
import { stepPenalty } from '../shaping/step-penalty.js';
import type { MethodPreset } from './method-preset.js';

/** What a preset needs of one attempt of a group. */
export interface GroupMember {
  /** Null: broken infrastructure left it without one. */
  readonly reward: number | null;
  /** How it ended, in the words of trajectory records. */
  readonly end: string;
  /** Agent steps; a preset with a penalty on steps needs them. */
  readonly steps?: number | undefined;
  /** Tokens that the policy wrote; a preset with a penalty on tokens needs them. */
  readonly tokens?: number | undefined;
}

export interface PresetGroup {
  /** False: the whole group is left out of the batch. */
  readonly isKept: boolean;
  /** In the order of members: the reward with the length penalty added, and the advantage, null for what is not learnt from. */
  readonly members: readonly { readonly reward: number | null; readonly advantage: number | null }[];
}

/**
 * What a system makes of one group: masks are taken from the ends, the length penalty is added to each reward, advantages
 * computed, and what the system leaves out marked. A group is uniform by its rewards before the penalty, as in DAPO, and
 * with masked members in it, unless the system drops these before grouping. Throws RewardError `not-finite`,
 * `count-out-of-range` where a preset's penalty lacks its length.
 */
export function applyPreset(group: readonly GroupMember[], preset: MethodPreset): PresetGroup {
  checkAllFinite(
    'rewards',
    group.map(({ reward }) => reward),
  );
  const masks = compactMasks(
    group.map(({ end }) => end),
    preset.compactFilter,
  );
  const { maskedRewardLimit = Number.POSITIVE_INFINITY } = preset.compactFilter;
  const outcomes = group.map(({ reward }, index) =>
    reward !== null && masks.masked[index] ? Math.min(reward, maskedRewardLimit) : reward,
  );
  const rewards = outcomes.map((reward, index) =>
    reward === null ? null : reward + lengthPenaltyOf(group[index]!, index, preset),
  );
  const { method, options } = preset.advantage;
  const advantages = groupAdvantages(rewards, method, { ...options, ...masks });
  const learnt = advantages.map((advantage) =>
    preset.leavesOut === 'zero-advantages' && advantage === 0 ? null : advantage,
  );
  const isUniform = !hasRewardSpread(outcomes.filter((_, index) => masks.baseline === 'all' || !masks.masked[index]));
  return {
    isKept: learnt.some((advantage) => advantage !== null) && !(preset.leavesOut === 'uniform-groups' && isUniform),
    members: rewards.map((reward, index) => ({ reward, advantage: learnt[index]! })),
  };
}

function lengthPenaltyOf({ steps, tokens }: GroupMember, index: number, { lengthPenalty }: MethodPreset): number {
  switch (lengthPenalty?.unit) {
    case undefined:
      return 0;
    case 'steps':
      return stepPenalty(checkedCount(`steps of member ${index}`, steps ?? Number.NaN), lengthPenalty);
    case 'tokens':
      return overlongPenalty(checkedCount(`tokens of member ${index}`, tokens ?? Number.NaN), lengthPenalty);
  }
}
