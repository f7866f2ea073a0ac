import type { AdvantageMethod, AdvantageOptions } from '../advantages/group-advantages.js';
import type { CompactFilter } from '../filters/compact-filtering.js';
import type { AggregationOptions, LossAggregation } from '../losses/aggregate-loss.js';
import type { OverlongOptions } from '../shaping/overlong-penalty.js';
import type { StepPenaltyOptions } from '../shaping/step-penalty.js';

/** A method and its options, such that `groupAdvantages(rewards, method, options)` is what the system computes. */
export type AdvantageRule = {
  readonly [Method in AdvantageMethod]: {
    readonly method: Method;
    readonly options?: Omit<AdvantageOptions[Method], 'masked' | 'baseline'>;
  };
}[AdvantageMethod];

export type LengthPenalty =
  | ({ readonly unit: 'tokens' } & OverlongOptions)
  | ({ readonly unit: 'steps' } & StepPenaltyOptions);

/** What one system of the literature trains with, as data. Null: its source does not say, or has none. */
export interface MethodPreset {
  readonly source: string;
  /** Reward of an attempt that solved its task and of one that did not. */
  readonly rewards: { readonly solved: number; readonly unsolved: number } | null;
  readonly advantage: AdvantageRule;
  /** Bounds of the ratio; `dual`: bound of the loss at negative advantages. */
  readonly clip: { readonly low: number; readonly high: number; readonly dual?: number } | null;
  readonly aggregation: ({ readonly mode: LossAggregation } & AggregationOptions) | null;
  /** Coefficient of the KL term; 0: none is used. */
  readonly klCoefficient: number | null;
  readonly lengthPenalty: LengthPenalty | null;
  readonly compactFilter: CompactFilter;
  /**
   * Groups or samples that are left out of a batch: groups without mixed outcomes or, the same of any numbers, without
   * spread, and samples with an advantage of 0.
   */
  readonly leavesOut: 'uniform-groups' | 'zero-advantages' | null;
  /** Attempts per task. */
  readonly groupSize: number | null;
  readonly learningRate: number | null;
  /** Tasks per iteration, `groupSize` attempts each. */
  readonly tasksPerIteration: number | null;
  /** Tokens of a training context. */
  readonly contextTokens: number | null;
  /** Agent steps of an episode. */
  readonly maxSteps: number | null;
}
