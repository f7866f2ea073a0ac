import { checkedProbability } from '../reward-options.js';
import { type AttemptCounts, solveRate } from '../solve-rate.js';

export interface SecondStageOptions {
  /** Solve rate above which a task is too easy; default 2/3. */
  readonly maximum?: number | undefined;
  /** Whether a task of exactly that rate stays; the paper leaves it open, default `keep`. */
  readonly boundary?: 'keep' | 'drop' | undefined;
}

/**
 * Nebius' second stage (arXiv 2508.03501, section 4): of the tasks of all iterations before, those never solved and those
 * solved more often than 2/3 are dropped. A task without a graded attempt is not known to be never solved, and stays. In
 * the order given. Throws RewardError `count-out-of-range`, `probability-out-of-range`.
 */
export function secondStage<Task extends AttemptCounts>(
  tasks: readonly Task[],
  { maximum = 2 / 3, boundary = 'keep' }: SecondStageOptions = {},
): Task[] {
  checkedProbability('maximum', maximum);
  return tasks.filter((task) => {
    const rate = solveRate(task);
    return rate === undefined || (rate > 0 && (rate < maximum || (rate === maximum && boundary === 'keep')));
  });
}
