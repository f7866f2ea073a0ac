import type { EncodedSequences } from './encode-sequences.js';
import { type PositionIndex, placeFrom } from './position-index.js';
import { SuffixAutomaton } from './suffix-automaton.js';

/** Equal stretches of two sequences: `size` elements from `a` on in the one and from `b` on in the other. */
export interface MatchingBlock {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

/** Parts of both sequences, each from its first element up to but without its last. */
export interface MatchRange {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

/** Work that may still be done on what somebody hostile made; counts down as it is done. */
export interface WorkBudget {
  /** Pairs of elements that may still be looked at; some nanoseconds each. */
  remainingSteps: number;
}

/** What an element costs in a suffix automaton, in pairs of equal elements looked at one by one. */
const AUTOMATON_STEPS = 32;

/**
 * Makes the search for the longest stretch two ranges have in common, of equally long ones the first in `a`, of these the
 * first in `b`. Elements that the index leaves out cannot start a stretch but may lengthen one at both ends; where
 * nothing is in common, what starts both ranges may lengthen the empty stretch there.
 *
 * Looks at each pair of equal elements, or where these are many builds a suffix automaton of the range of `b`; both find
 * the same. The search returns undefined once the budget is used up.
 */
export function createLongestMatchSearch(
  sequences: EncodedSequences,
  index: PositionIndex,
  budget: WorkBudget,
): (range: MatchRange) => MatchingBlock | undefined {
  const { a, b } = sequences;
  const isLeftOut = (element: number): boolean => element === -1 || index.starts[element] === index.ends[element];
  const findByPairs = createPairSearch(sequences, index);
  let automaton: SuffixAutomaton | undefined;

  return (range) => {
    const { aStart, aEnd, bStart, bEnd } = range;
    const elements = aEnd - aStart + bEnd - bStart;
    const pairs = countPairs(a, index, range);
    const isByPairs = pairs <= AUTOMATON_STEPS * elements;
    budget.remainingSteps -= isByPairs ? pairs + elements : AUTOMATON_STEPS * elements;
    if (!(budget.remainingSteps >= 0)) return undefined;
    if (isByPairs) return extend(a, b, range, findByPairs(range));
    if (automaton === undefined || automaton.capacity < bEnd - bStart) automaton = new SuffixAutomaton(bEnd - bStart);
    automaton.build(b, bStart, bEnd);
    const { end, endInList, size } = automaton.findLongest(a, aStart, aEnd, isLeftOut);
    return extend(
      a,
      b,
      range,
      size === 0 ? { a: aStart, b: bStart, size } : { a: end - size, b: endInList - size, size },
    );
  };
}

function countPairs(a: Int32Array, { positions, starts, ends }: PositionIndex, range: MatchRange): number {
  let pairs = 0;
  for (let i = range.aStart; i < range.aEnd; i += 1) {
    const element = a[i]!;
    if (element === -1) continue;
    const first = placeFrom(positions, starts[element]!, ends[element]!, range.bStart);
    pairs += placeFrom(positions, first, ends[element]!, range.bEnd) - first;
  }
  return pairs;
}

function createPairSearch(
  { a, b }: EncodedSequences,
  { positions, starts, ends }: PositionIndex,
): (range: MatchRange) => MatchingBlock {
  // The size of the stretch that ends in b just before a place holds if it was written in the row before: stamps keep the
  // table sparse, and it never needs to be cleared.
  const sizes = new Int32Array(b.length + 1);
  const stamps = new Float64Array(b.length + 1);
  let row = 1;

  return ({ aStart, aEnd, bStart, bEnd }) => {
    let bestA = aStart;
    let bestB = bStart;
    let size = 0;
    row += 1;
    for (let i = aStart; i < aEnd; i += 1) {
      row += 1;
      const element = a[i]!;
      if (element === -1) continue;
      const first = placeFrom(positions, starts[element]!, ends[element]!, bStart);
      const last = placeFrom(positions, first, ends[element]!, bEnd);
      let isBestInRow = false;
      // From the right, so that what the row before wrote is read before this row writes over it.
      for (let place = last - 1; place >= first; place -= 1) {
        const j = positions[place]!;
        const length = stamps[j] === row - 1 ? sizes[j]! + 1 : 1;
        sizes[j + 1] = length;
        stamps[j + 1] = row;
        if (length > size || (isBestInRow && length === size)) {
          bestA = i + 1 - length;
          bestB = j + 1 - length;
          size = length;
          isBestInRow = true;
        }
      }
    }
    return { a: bestA, b: bestB, size };
  };
}

function extend(a: Int32Array, b: Int32Array, range: MatchRange, block: MatchingBlock): MatchingBlock {
  let before = 0;
  while (block.a - before > range.aStart && block.b - before > range.bStart) {
    if (a[block.a - before - 1] !== b[block.b - before - 1]) break;
    before += 1;
  }
  let size = block.size;
  while (block.a + size < range.aEnd && block.b + size < range.bEnd && a[block.a + size] === b[block.b + size])
    size += 1;
  return { a: block.a - before, b: block.b - before, size: before + size };
}
