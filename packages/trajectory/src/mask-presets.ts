import type { StopReason } from './trajectory-record.js';

export type MaskPreset = 'none' | 'skyrl-paper' | 'skyrl' | 'deepswe';

/** Ends whose trajectories are left out of the loss but kept in the baseline, as published, in our words for ends. */
export const MASK_PRESETS: Readonly<Record<MaskPreset, readonly StopReason[]>> = {
  /** SSR says nothing of masks; Nebius (arXiv 2508.03501) states that it masks none. */
  none: [],
  /** SkyRL-Agent, arXiv 2511.16108: ended by the context or the step limit. */
  'skyrl-paper': ['context-overflow', 'turn-limit'],
  /**
   * The same project's code: also BAD_LLM_RESPONSE and cmd_timeout. Its runtime and evaluation errors have no reward
   * here and are dropped; `stuck_in_a_loop` is no end here: see the option `stuckInLoop` of `maskReason`.
   */
  skyrl: ['context-overflow', 'turn-limit', 'format-errors', 'timed-out'],
  /** DeepSWE's compact filtering: context, time or steps used up. */
  deepswe: ['context-overflow', 'timed-out', 'turn-limit'],
};
