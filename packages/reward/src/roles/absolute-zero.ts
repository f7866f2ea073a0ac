import { checkedFinite } from '../checked-numbers.js';
import { checkedProbability } from '../reward-options.js';

/**
 * Absolute Zero's reward of who proposes a task (arXiv 2505.03335, Eq. 4): 0 for one that is never solved, else 1 minus
 * its solve rate over, there, 8 attempts; so 0 also for one that always is. Null where no attempt was graded. Throws
 * RewardError `probability-out-of-range`.
 */
export function proposerReward(solveRate: number | null): number | null {
  if (solveRate === null) return null;
  const rate = checkedProbability('solveRate', solveRate);
  return rate === 0 ? 0 : 1 - rate;
}

/** Absolute Zero's reward of who solves (Eq. 5): 1 for the right answer, else 0; null for an ungraded one. */
export function solutionReward(isCorrect: boolean | null): 0 | 1 | null {
  if (isCorrect === null) return null;
  return isCorrect ? 1 : 0;
}

/**
 * Absolute Zero's composite (Eq. 6): the role's reward where the format is right and the reward above 0, -0.5 where the
 * format is right, -1 where it is not. Null where the format is right and there is no reward. Throws RewardError
 * `not-finite`.
 */
export function compositeReward(isWellFormed: boolean, roleReward: number | null): number | null {
  if (!isWellFormed) return -1;
  if (roleReward === null) return null;
  return checkedFinite('roleReward', roleReward) > 0 ? roleReward : -0.5;
}
