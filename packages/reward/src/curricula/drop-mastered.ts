import { checkedProbability } from '../reward-options.js';
import { type AttemptCounts, solveRate } from '../solve-rate.js';

/** What is known of a task's attempts so far. */
export interface TaskRecord extends AttemptCounts {
  readonly id: string;
}

/**
 * SWE-Swiss between its stages (zhenyuhe00/SWE-Swiss): tasks with an accuracy of more than `maximum`, default 0.9, are
 * dropped; those that are never solved stay, dynamic sampling sees to them, and so do tasks without a graded attempt. In
 * the order given. Throws RewardError `count-out-of-range`, `probability-out-of-range`.
 */
export function dropMastered<Task extends TaskRecord>(tasks: readonly Task[], maximum: number = 0.9): Task[] {
  checkedProbability('maximum', maximum);
  return tasks.filter((task) => (solveRate(task) ?? 0) <= maximum);
}
