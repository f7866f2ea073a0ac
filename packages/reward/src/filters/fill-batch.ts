import { checkedCount } from '../checked-numbers.js';

export interface FillBatchOptions<Group> {
  /** Groups that make a batch, from 1 up. */
  readonly size: number;
  /** Whether a group goes into the batch, such as `hasMixedOutcomes` of its counts. */
  readonly keeps: (group: Group) => boolean;
  /** Groups to draw at most, from 1 up, so that a stream with nothing to keep comes to an end. */
  readonly maxDrawn: number;
}

export interface FilledBatch<Group> {
  /** `short`: the stream ended, or `maxDrawn` were drawn, before the batch was full. */
  readonly status: 'full' | 'short';
  readonly batch: readonly Group[];
  readonly drawn: number;
}

/**
 * Draws groups until enough of them are kept (DAPO's dynamic sampling: resample until the batch is full), in the order of
 * the stream, and draws none beyond; the stream is closed. Throws RewardError `count-out-of-range`, and what the stream
 * throws.
 */
export async function fillBatch<Group>(
  groups: Iterable<Group> | AsyncIterable<Group>,
  { size, keeps, maxDrawn }: FillBatchOptions<Group>,
): Promise<FilledBatch<Group>> {
  checkedCount('size', size, 1);
  checkedCount('maxDrawn', maxDrawn, 1);
  const batch: Group[] = [];
  let drawn = 0;
  for await (const group of groups) {
    drawn += 1;
    if (keeps(group)) batch.push(group);
    if (batch.length === size || drawn === maxDrawn) break;
  }
  return { status: batch.length === size ? 'full' : 'short', batch, drawn };
}
