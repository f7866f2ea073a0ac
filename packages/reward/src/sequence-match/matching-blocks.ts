import { encodeSequences, type Sequence } from './encode-sequences.js';
import { createLongestMatchSearch, type MatchingBlock, type MatchRange, type WorkBudget } from './longest-match.js';
import { indexPositions } from './position-index.js';

export interface SequenceMatchOptions {
  /** Whether elements that are frequent in a long second sequence are left out of the search. Default true, as in Python. */
  readonly autojunk?: boolean;
}

/**
 * The stretches that two sequences have in common, as `SequenceMatcher(None, a, b, autojunk).get_matching_blocks()` of
 * Python's difflib (CPython 3.11) finds them: the longest, then the longest to its left and to its right, and so on;
 * ascending, adjacent ones joined, with an empty one behind both ends. Texts are compared by code point. Not symmetric.
 *
 * The time is quadratic for common inputs and cubic for the worst; see `matchingBlocksWithin`.
 */
export function matchingBlocks(a: Sequence, b: Sequence, options: SequenceMatchOptions = {}): MatchingBlock[] {
  return matchingBlocksWithin(a, b, { remainingSteps: Infinity }, options)!;
}

/** As `matchingBlocks`, for sequences that somebody hostile made: undefined once the budget is used up. */
export function matchingBlocksWithin(
  a: Sequence,
  b: Sequence,
  budget: WorkBudget,
  { autojunk = true }: SequenceMatchOptions = {},
): MatchingBlock[] | undefined {
  const encoded = encodeSequences(a, b);
  const index = indexPositions(encoded.b, encoded.distinct, autojunk);
  const findLongest = createLongestMatchSearch(encoded, index, budget);
  const found: MatchingBlock[] = [];
  const pending: MatchRange[] = [{ aStart: 0, aEnd: encoded.a.length, bStart: 0, bEnd: encoded.b.length }];
  for (let range = pending.pop(); range !== undefined; range = pending.pop()) {
    const { aStart, aEnd, bStart, bEnd } = range;
    const block = findLongest(range);
    if (block === undefined) return undefined;
    if (block.size === 0) continue;
    found.push(block);
    const left = { aStart, aEnd: block.a, bStart, bEnd: block.b };
    const right = { aStart: block.a + block.size, aEnd, bStart: block.b + block.size, bEnd };
    for (const side of [left, right]) if (side.aStart < side.aEnd && side.bStart < side.bEnd) pending.push(side);
  }
  found.sort((one, other) => one.a - other.a);
  return [...joinAdjacent(found), { a: encoded.a.length, b: encoded.b.length, size: 0 }];
}

function joinAdjacent(blocks: readonly MatchingBlock[]): MatchingBlock[] {
  const joined: MatchingBlock[] = [];
  for (const block of blocks) {
    const last = joined.at(-1);
    if (last !== undefined && last.a + last.size === block.a && last.b + last.size === block.b)
      joined[joined.length - 1] = { ...last, size: last.size + block.size };
    else joined.push(block);
  }
  return joined;
}
