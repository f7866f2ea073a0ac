import { sum } from '../advantages/group-statistics.js';
import { checkAllFinite, checkedOption } from '../checked-numbers.js';

/**
 * How the values of tokens become one number:
 * - `token-mean`: over all tokens of all sequences (DAPO, Nebius).
 * - `seq-mean-token-mean`: mean over sequences of their mean (GRPO).
 * - `seq-mean-token-sum`: mean over sequences of their sum (DeepSWE's script).
 * - `seq-mean-token-sum-norm`: that, divided by a constant length (Dr.GRPO, SkyRL-Agent).
 */
export type LossAggregation = 'token-mean' | 'seq-mean-token-mean' | 'seq-mean-token-sum' | 'seq-mean-token-sum-norm';

export interface AggregationOptions {
  /** Tokens, above 0: the constant of `seq-mean-token-sum-norm`, which needs it, such as the longest context. */
  readonly constantLength?: number | undefined;
  /**
   * Whether a sequence without a token of its own, as when all of it is masked, counts as a sequence. `count`
   * (default): as one of value 0, as in SkyRL and verl of 2025. `leave-out`: not at all, as in verl since.
   */
  readonly emptySequences?: 'count' | 'leave-out' | undefined;
}

/**
 * Aggregates values of tokens, a list per sequence; null is a token outside the loss, such as a tool's output or all of
 * a masked sequence. Undefined where there is nothing to divide by, which is not the same as 0. Of verl's own
 * `seq-mean-token-sum-norm` of 2025 this is 1 / sequences: it summed where the name says mean. Throws RewardError
 * `not-finite` with both indices, `option-out-of-range`.
 */
export function aggregateLoss(
  sequences: readonly (readonly (number | null)[])[],
  aggregation: LossAggregation,
  options: AggregationOptions = {},
): number | undefined {
  for (const [index, values] of sequences.entries()) checkAllFinite(`sequences[${index}]`, values);
  const kept = sequences
    .map((values) => values.filter((value) => value !== null))
    .filter((values) => values.length > 0 || options.emptySequences !== 'leave-out');
  switch (aggregation) {
    case 'token-mean':
      return mean(kept.flat());
    case 'seq-mean-token-mean':
      return mean(kept.map((values) => mean(values) ?? 0));
    case 'seq-mean-token-sum':
      return mean(kept.map(sum));
    case 'seq-mean-token-sum-norm': {
      const length = options.constantLength ?? Number.NaN;
      checkedOption('constantLength', length, 'a number above 0', (value) => value > 0);
      return mean(kept.map((values) => sum(values) / length));
    }
  }
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : sum(values) / values.length;
}
