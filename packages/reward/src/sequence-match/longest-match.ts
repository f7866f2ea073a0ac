import type { EncodedSequences } from './encode-sequences.js';
import { type PositionIndex, placeFrom } from './position-index.js';

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

/**
 * Makes the search for the longest stretch two ranges have in common, of equally long ones the first in `a`, of these the
 * first in `b`. Elements that the index leaves out cannot start a stretch but may lengthen one at both ends; where
 * nothing is in common, what starts both ranges may lengthen the empty stretch there.
 *
 * The search returns undefined once the budget is used up.
 */
export function createLongestMatchSearch(
  { a, b }: EncodedSequences,
  { positions, starts, ends }: PositionIndex,
  budget: WorkBudget,
): (range: MatchRange) => MatchingBlock | undefined {
  // The stretch that ends in b just before a place is known if it was written in the row before: stamps instead of maps
  // keep the table sparse, and never need to be cleared.
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
      budget.remainingSteps -= 1;
      const element = a[i]!;
      if (element === -1) continue;
      const first = placeFrom(positions, starts[element]!, ends[element]!, bStart);
      const last = placeFrom(positions, first, ends[element]!, bEnd);
      budget.remainingSteps -= last - first;
      if (budget.remainingSteps < 0) return undefined;
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
    while (bestA > aStart && bestB > bStart && a[bestA - 1] === b[bestB - 1]) {
      bestA -= 1;
      bestB -= 1;
      size += 1;
    }
    while (bestA + size < aEnd && bestB + size < bEnd && a[bestA + size] === b[bestB + size]) size += 1;
    return { a: bestA, b: bestB, size };
  };
}
