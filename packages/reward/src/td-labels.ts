import { checkedCount, checkedOption } from './checked-numbers.js';

export interface GradedTrajectory {
  /** Actions of the agent, T; the label of each is what is returned. */
  readonly actions: number;
  /** Whether all unit tests passed; null where broken infrastructure kept it from being graded. */
  readonly passed: boolean | null;
  /** Discount a step, above 0 and at most 1; default 0.99. */
  readonly gamma?: number | undefined;
}

/**
 * Labels that a critic learns from (OpenHands critic, model card of openhands-critic-32b): r_t = gamma r_(t+1) with
 * r_T = 1 for a trajectory that passed and 0 for one that did not, so gamma^(T - t) at action t of 1..T. Null, not zeros,
 * for one that was not graded. Throws RewardError `count-out-of-range`, `option-out-of-range`.
 */
export function tdLabels({ actions, passed, gamma = 0.99 }: GradedTrajectory): number[] | null {
  checkedCount('actions', actions);
  checkedOption('gamma', gamma, 'above 0 and at most 1', (value) => value > 0 && value <= 1);
  if (passed === null) return null;
  return Array.from({ length: actions }, (_, index) => (passed ? gamma ** (actions - 1 - index) : 0));
}
