import { type AggregationOptions, aggregateLoss, type LossAggregation } from './aggregate-loss.js';
import { type ClipOptions, clippedPolicyTerm, dualClipLoss } from './clipped-policy-term.js';

/** What a loss needs of one sequence. */
export interface SequenceRatios {
  /** The same for every token; null, as `groupAdvantages` gives for a masked one: no token of it is in the loss. */
  readonly advantage: number | null;
  /** New over old probability of each token; null for one that the policy did not write. */
  readonly ratios: readonly (number | null)[];
}

/** As `clip` and `aggregation` of a `MethodPreset` where it has both. */
export interface PolicyLossOptions {
  /** `dual`: bound of the loss at negative advantages, in ratios; default none. */
  readonly clip?: ClipOptions & { readonly dual?: number | undefined };
  readonly aggregation: AggregationOptions & { readonly mode: LossAggregation };
}

/**
 * The clipped policy loss of a batch, to be minimised: the negated clipped terms of its tokens, aggregated. Without a KL
 * or entropy term. Undefined for a batch that has nothing to divide by. Throws RewardError `not-finite`,
 * `option-out-of-range`.
 */
export function policyLoss(sequences: readonly SequenceRatios[], options: PolicyLossOptions): number | undefined {
  const { clip, aggregation } = options;
  const loss = (ratio: number, advantage: number): number =>
    clip?.dual === undefined ? 0 - clippedPolicyTerm(ratio, advantage, clip) : dualClipLoss(ratio, advantage, clip);
  const losses = sequences.map(({ advantage, ratios }) =>
    ratios.map((ratio) => (ratio === null || advantage === null ? null : loss(ratio, advantage))),
  );
  return aggregateLoss(losses, aggregation.mode, aggregation);
}
