import { checkedCount } from '../checked-numbers.js';
import { checkedProbability } from '../reward-options.js';
import { solveRate } from '../solve-rate.js';
import type { TaskRecord } from './drop-mastered.js';

export interface CurriculumOptions {
  /**
   * Success rate of the current prompts above which others come back, 0..1. The paper has one but not its value; default
   * 0.5, decided here.
   */
  readonly threshold?: number | undefined;
  /** Prompts that come back at most each time, from 1 up; default 500. */
  readonly count?: number | undefined;
  /** Training steps from one time to the next, from 1 up; default 100. */
  readonly everySteps?: number | undefined;
  /** Whether only prompts that were solved at some time since come back; default true. */
  readonly onlyImproved?: boolean | undefined;
}

/** Which prompts are trained on. Plain data: it may be written down and read again. */
export interface PromptCurriculum {
  readonly step: number;
  readonly active: readonly string[];
  /** In the order of their exclusion; `isImproved`: solved at least once since. */
  readonly excluded: readonly { readonly id: string; readonly isImproved: boolean }[];
}

export type CurriculumEvent =
  /** Prompts were tried again, outside of training. */
  | { readonly type: 'measured'; readonly records: readonly TaskRecord[] }
  /** `steps` more were trained; `successRate`: of the current prompts, null where nothing was graded. */
  | { readonly type: 'trained'; readonly steps: number; readonly successRate: number | null };

/**
 * The curriculum of Kimi-Dev (arXiv 2509.23045, section 3.3 and appendix) at its start: prompts that none of, there, 16
 * attempts solved are excluded. One without a graded attempt is not known to be unsolvable, and stays. Throws RewardError
 * `count-out-of-range`.
 */
export function startCurriculum(records: readonly TaskRecord[]): PromptCurriculum {
  const isExcluded = (record: TaskRecord): boolean => solveRate(record) === 0;
  return {
    step: 0,
    active: records.filter((record) => !isExcluded(record)).map(({ id }) => id),
    excluded: records.filter(isExcluded).map(({ id }) => ({ id, isImproved: false })),
  };
}

/**
 * What an event makes of the curriculum; changes nothing in place. Each time that another `everySteps` steps are full and
 * the success rate is above the threshold, the first `count` excluded prompts that improved come back. Throws RewardError
 * `count-out-of-range`, `probability-out-of-range`.
 */
export function advanceCurriculum(
  state: PromptCurriculum,
  event: CurriculumEvent,
  options: CurriculumOptions = {},
): PromptCurriculum {
  const threshold = checkedProbability('threshold', options.threshold ?? 0.5);
  const count = checkedCount('count', options.count ?? 500, 1);
  const everySteps = checkedCount('everySteps', options.everySteps ?? 100, 1);
  if (event.type === 'measured') {
    const solved = new Set(event.records.filter((record) => (solveRate(record) ?? 0) > 0).map(({ id }) => id));
    const excluded = state.excluded.map((each) => (solved.has(each.id) ? { ...each, isImproved: true } : each));
    return { ...state, excluded };
  }
  const step = state.step + checkedCount('steps', event.steps);
  const times = Math.floor(step / everySteps) - Math.floor(state.step / everySteps);
  const isAbove = event.successRate !== null && checkedProbability('successRate', event.successRate) > threshold;
  if (times === 0 || !isAbove) return { ...state, step };
  const eligible = state.excluded.filter(({ isImproved }) => isImproved || options.onlyImproved === false);
  const back = new Set(eligible.slice(0, times * count).map(({ id }) => id));
  return {
    step,
    active: [...state.active, ...back],
    excluded: state.excluded.filter(({ id }) => !back.has(id)),
  };
}
