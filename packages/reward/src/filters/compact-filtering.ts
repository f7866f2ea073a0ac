/** Which ends a filter masks, and whether what it masks still counts in the group's baseline. */
export interface CompactFilter {
  readonly source: string;
  /** Ends of trajectories, in the words of trajectory records. */
  readonly ends: readonly string[];
  /** As of `groupAdvantages`. */
  readonly baseline: 'all' | 'unmasked';
  /** What a masked episode counts as at most in the baseline, where the system does not run its tests. Default: no limit. */
  readonly maskedRewardLimit?: number;
}

/** rLLM's switches, in its words (`CompactFilteringConfig`); each says that episodes with this end are filtered. */
export interface RllmCompactFiltering {
  readonly enable: boolean;
  readonly maxPromptLengthExceeded: boolean;
  readonly maxResponseLengthExceeded: boolean;
  readonly envDone: boolean;
  readonly maxTurnsExceeded: boolean;
  readonly timeout: boolean;
  readonly unknown: boolean;
  readonly error: boolean;
}

/** The defaults of rLLM's trainers (`trainer/config/rllm/base.yaml`): off, and if on these. */
export const RLLM_COMPACT_FILTERING: RllmCompactFiltering = {
  enable: false,
  maxPromptLengthExceeded: true,
  maxResponseLengthExceeded: true,
  envDone: false,
  maxTurnsExceeded: true,
  timeout: true,
  unknown: false,
  error: true,
};

/** Our ends for each of rLLM's. Prompt and response share one context here, so either switch masks its overflow. */
const RLLM_ENDS: Readonly<Record<Exclude<keyof RllmCompactFiltering, 'enable'>, readonly string[]>> = {
  maxPromptLengthExceeded: ['context-overflow'],
  maxResponseLengthExceeded: ['context-overflow'],
  envDone: ['submitted'],
  maxTurnsExceeded: ['turn-limit'],
  timeout: ['timed-out'],
  unknown: ['gave-up', 'format-errors'],
  error: ['policy-failed', 'sandbox-failed', 'cancelled'],
};

/**
 * Compact filtering of current rLLM as a filter over our ends; what is not given is as in `RLLM_COMPACT_FILTERING`. It
 * drops episodes before groups are formed, whatever their reward.
 */
export function rllmCompactFilter(config: Partial<RllmCompactFiltering> = {}): CompactFilter {
  const { enable, ...switches } = { ...RLLM_COMPACT_FILTERING, ...config };
  const names = Object.keys(RLLM_ENDS) as (keyof typeof RLLM_ENDS)[];
  const ends = enable ? names.filter((name) => switches[name]).flatMap((name) => RLLM_ENDS[name]) : [];
  return { source: 'rLLM trainer/algorithms/transform.py', ends: [...new Set(ends)], baseline: 'unmasked' };
}

/**
 * Filters as published, in our words for ends. The runtime and evaluation errors of SkyRL's list mostly have no reward
 * here, and so are in no group; its `stuck_in_a_loop` is no end here, but a mask of its own (`maskReason` of trajectory).
 */
export const COMPACT_FILTERS: Readonly<Record<'none' | 'deepswe' | 'rllm' | 'skyrl-paper' | 'skyrl', CompactFilter>> = {
  none: { source: 'Nebius, arXiv 2508.03501: overlong trajectories are not masked', ends: [], baseline: 'all' },
  deepswe: {
    source: 'together.ai/blog/deepswe: longest context, time or steps; verl RLOO keeps them, untested, in the baseline',
    ends: ['context-overflow', 'timed-out', 'turn-limit'],
    baseline: 'all',
    maskedRewardLimit: 0,
  },
  rllm: rllmCompactFilter({ enable: true }),
  'skyrl-paper': {
    source: 'SkyRL-Agent, arXiv 2511.16108: context or step limit',
    ends: ['context-overflow', 'turn-limit'],
    baseline: 'all',
  },
  skyrl: {
    source: 'SkyRL skyrl-agent/agents/base.py, mask_out_reason',
    ends: ['context-overflow', 'turn-limit', 'format-errors', 'timed-out', 'sandbox-failed', 'policy-failed'],
    baseline: 'all',
  },
};

/** Of each episode of a group, whether the filter masks it: `masked` and `baseline` as `groupAdvantages` takes them. */
export function compactMasks(
  ends: readonly string[],
  filter: CompactFilter,
): { readonly masked: readonly boolean[]; readonly baseline: 'all' | 'unmasked' } {
  const masking = new Set(filter.ends);
  return { masked: ends.map((end) => masking.has(end)), baseline: filter.baseline };
}
