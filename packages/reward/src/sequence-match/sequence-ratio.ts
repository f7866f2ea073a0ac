import type { Sequence } from './encode-sequences.js';
import type { MatchingBlock, WorkBudget } from './longest-match.js';
import { matchingBlocks, matchingBlocksWithin, type SequenceMatchOptions } from './matching-blocks.js';

/**
 * How alike two sequences are, 0..1: `SequenceMatcher(None, a, b, autojunk).ratio()` of Python's difflib (CPython 3.11),
 * bit for bit. 2 * M / (length + length) where M is the size of all matching blocks; 1 for two empty sequences. Texts
 * are compared and measured by code point. Not symmetric.
 */
export function sequenceRatio(a: Sequence, b: Sequence, options: SequenceMatchOptions = {}): number {
  return ratioOf(matchingBlocks(a, b, options));
}

/** As `sequenceRatio`; undefined once the budget is used up. */
export function sequenceRatioWithin(
  a: Sequence,
  b: Sequence,
  budget: WorkBudget,
  options: SequenceMatchOptions = {},
): number | undefined {
  const blocks = matchingBlocksWithin(a, b, budget, options);
  return blocks === undefined ? undefined : ratioOf(blocks);
}

function ratioOf(blocks: readonly MatchingBlock[]): number {
  const end = blocks.at(-1)!;
  const length = end.a + end.b;
  return length === 0 ? 1 : (2 * blocks.reduce((sum, { size }) => sum + size, 0)) / length;
}
