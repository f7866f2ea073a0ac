import { checkedCount, checkedOption } from '../checked-numbers.js';

export interface StepPenaltyOptions {
  /** Steps from which the penalty grows; default 10, as in both stages of the paper. */
  readonly threshold?: number | undefined;
  /** Steps at which it is -1, above `threshold`: 40 in the paper's first stage, 80 in the second. */
  readonly maximum: number;
}

/**
 * Length penalty of Nebius (arXiv 2508.03501, Eq. 3-4), from -1 to 0, to be added to a reward of 0 or 1: 0 below
 * `threshold` agent steps, then down to -1 at `maximum` in a line; beyond, where the paper's trajectories never are, -1.
 * Throws RewardError `count-out-of-range`, `option-out-of-range`.
 */
export function stepPenalty(steps: number, options: StepPenaltyOptions): number {
  const threshold = checkedCount('threshold', options.threshold ?? 10);
  const maximum = checkedOption('maximum', options.maximum, 'above threshold', (value) => value > threshold);
  return checkedCount('steps', steps) <= threshold ? 0 : Math.max((threshold - steps) / (maximum - threshold), -1);
}
