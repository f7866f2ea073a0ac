import { checkedFinite, checkedOption } from '../checked-numbers.js';
import { centre, type Deviation, deviationOf } from './group-statistics.js';
import { type GroupMasks, type GroupRewards, overGroup } from './over-group.js';

/** What a group of one member gets: `zero`, as the formula has it, or its `reward`, as of a baseline of 0. */
export type GroupOfOne = 'zero' | 'reward';

export interface GrpoOptions extends GroupMasks {
  /** Default `population`. */
  readonly deviation?: Deviation | undefined;
  /** Added to the deviation, 0 or more; default 1e-6. With 0 a group of equal rewards still gets zeros. */
  readonly epsilon?: number | undefined;
  /** Default `zero`. */
  readonly groupOfOne?: GroupOfOne | undefined;
}

/**
 * How two public trainers compute GRPO: verl (`trainer/ppo/core_algos.py`; SkyRL's is the same) with the sample
 * deviation, rLLM (`trainer/algorithms/rl_algo.py`) with the population's. Both take mean 0 and deviation 1 for a group
 * of one.
 */
export const GRPO_PRESETS: Readonly<Record<'verl' | 'rllm', GrpoOptions>> = {
  verl: { deviation: 'sample', epsilon: 1e-6, groupOfOne: 'reward' },
  rllm: { deviation: 'population', epsilon: 1e-6, groupOfOne: 'reward' },
};

/**
 * GRPO (arXiv 2402.03300, section 4.1): A = (r - mean) / (deviation + epsilon), one number per member; the paper says
 * neither which deviation nor an epsilon. Equal rewards get zeros; a group of one as the option says, with `reward`
 * r / (1 + epsilon). Null rewards leave the group and stay null; masks as in `GroupMasks`. Does not change when a
 * constant is added to all rewards, nor, but for epsilon, when they are multiplied by a positive one. Throws RewardError
 * `not-finite`, `length-mismatch`, `option-out-of-range`.
 */
export function grpoAdvantages(rewards: GroupRewards, options: GrpoOptions = {}): (number | null)[] {
  const { deviation = 'population', epsilon = 1e-6, groupOfOne = 'zero' } = options;
  checkedOption('epsilon', epsilon, 'a number from 0 up', (value) => value >= 0);
  return overGroup(rewards, options, (known) => {
    if (known.length === 1 && groupOfOne === 'reward') return [known[0]! / (1 + epsilon)];
    const centred = centre(known);
    // Squares overflow long before their values do; all advantages would be 0.
    const divisor = checkedFinite('the deviation of rewards', deviationOf(centred, deviation)) + epsilon;
    return centred.differences.map((difference) => (divisor === 0 ? 0 : difference / divisor));
  });
}
