import { checkAllFinite, checkedOption } from '../checked-numbers.js';
import { type AttemptCounts, solveRate } from '../solve-rate.js';

/**
 * Whether a group of attempts, solved or not, has something to teach (dynamic sampling, DAPO, arXiv 2503.14476, Eq. 11):
 * some but not all were solved. Attempts that were not graded are not in the counts. Throws RewardError
 * `count-out-of-range`.
 */
export function hasMixedOutcomes(counts: AttemptCounts): boolean {
  const rate = solveRate(counts);
  return rate !== undefined && rate > 0 && rate < 1;
}

/**
 * The same of rewards that may be any number: whether the greatest exceeds the least by more than `tolerance`, default
 * 1e-6 as in SkyRL's `zero_variance_filter`. Nulls are left out; one reward alone has no spread. Throws RewardError
 * `not-finite`, `option-out-of-range`.
 */
export function hasRewardSpread(rewards: readonly (number | null)[], tolerance: number = 1e-6): boolean {
  checkedOption('tolerance', tolerance, 'a number from 0 up', (value) => value >= 0);
  checkAllFinite('rewards', rewards);
  const known = rewards.filter((reward) => reward !== null);
  return known.length > 1 && Math.max(...known) - Math.min(...known) > tolerance;
}
