import { sum } from '../advantages/group-statistics.js';
import { checkAllFinite, checkedFinite, checkedOption } from '../checked-numbers.js';

export interface CwmOutcome {
  /** Whether the tests passed; null where broken infrastructure kept the patch from being graded. */
  readonly passed: boolean | null;
  /** Of each changed file, how near the patch comes to the reference, 0..1; empty where neither changes one. */
  readonly similarities?: readonly number[] | undefined;
}

export type CwmRewardOptions =
  | { readonly mode: 'pass-only' }
  /** `threshold`: mean similarity that earns something, 0..1. `scale`: what a pass adds to -1; default 1. */
  | { readonly mode: 'shaped'; readonly threshold: number; readonly scale?: number | undefined };

/**
 * Reward of CWM's environments (facebookresearch/cwm `rl/envs/envs/swerl_tool.py`). `pass-only`: 2 pass - 1. `shaped`:
 * -1 + scale for a pass; -1 + threshold * scale for a fail whose mean similarity reaches the threshold; else -1. Null
 * where nothing was graded. Throws RewardError `option-out-of-range`, `not-finite`.
 */
export function cwmReward({ passed, similarities = [] }: CwmOutcome, options: CwmRewardOptions): number | null {
  checkAllFinite('similarities', similarities);
  if (options.mode === 'pass-only') return passed === null ? null : passed ? 1 : -1;
  const scale = checkedFinite('scale', options.scale ?? 1);
  const threshold = checkedOption('threshold', options.threshold, 'from 0 to 1', (value) => value >= 0 && value <= 1);
  if (passed === null) return null;
  if (passed) return -1 + scale;
  const isNear = similarities.length > 0 && sum(similarities) / similarities.length >= threshold;
  return isNear ? -1 + threshold * scale : -1;
}
