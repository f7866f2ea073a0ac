import { type DrGrpoOptions, drGrpoAdvantages } from './dr-grpo-advantages.js';
import { type GrpoOptions, grpoAdvantages } from './grpo-advantages.js';
import { kimiAdvantages } from './kimi-advantages.js';
import { type LeaveOneOutOptions, leaveOneOutAdvantages } from './leave-one-out-advantages.js';
import { type NebiusOptions, nebiusAdvantages } from './nebius-advantages.js';
import type { GroupMasks, GroupRewards } from './over-group.js';
import { type RlooOptions, rlooAdvantages } from './rloo-advantages.js';

/** The options of each way to compute advantages, by its name. */
export interface AdvantageOptions {
  readonly grpo: GrpoOptions;
  readonly 'dr-grpo': DrGrpoOptions;
  readonly 'leave-one-out': LeaveOneOutOptions;
  readonly rloo: RlooOptions;
  readonly kimi: GroupMasks;
  readonly nebius: NebiusOptions;
}

export type AdvantageMethod = keyof AdvantageOptions;

const METHODS: {
  readonly [Method in AdvantageMethod]: (
    rewards: GroupRewards,
    options?: AdvantageOptions[Method],
  ) => (number | null)[];
} = {
  grpo: grpoAdvantages,
  'dr-grpo': drGrpoAdvantages,
  'leave-one-out': leaveOneOutAdvantages,
  rloo: rlooAdvantages,
  kimi: kimiAdvantages,
  nebius: nebiusAdvantages,
};

export const ADVANTAGE_METHODS: readonly AdvantageMethod[] = Object.keys(METHODS) as AdvantageMethod[];

/**
 * Advantages of one group by the method named: one number per member, in their order; null for a member without a
 * reward and for a masked one. What each does with a group of one and with equal rewards is said at its own function.
 */
export function groupAdvantages<Method extends AdvantageMethod>(
  rewards: GroupRewards,
  method: Method,
  options?: AdvantageOptions[Method],
): (number | null)[] {
  return METHODS[method](rewards, options);
}
