/** Where each element of a sequence occurs, ascending: those of element e are `positions[starts[e] .. ends[e])`. */
export interface PositionIndex {
  readonly positions: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Sequences from this length on have popular elements. */
const AUTOJUNK_LENGTH = 200;

/**
 * Indexes a sequence of numbers below `distinct`. With `autojunk`, of a sequence of 200 elements or more those that occur
 * more than floor(length / 100) + 1 times are popular and left out, as if they occurred nowhere.
 */
export function indexPositions(sequence: Int32Array, distinct: number, autojunk: boolean): PositionIndex {
  const counts = new Int32Array(distinct);
  for (const element of sequence) counts[element]! += 1;
  const starts = new Int32Array(distinct);
  let total = 0;
  for (const [element, count] of counts.entries()) {
    starts[element] = total;
    total += count;
  }
  const ends = starts.slice();
  const positions = new Int32Array(total);
  for (const [position, element] of sequence.entries()) {
    positions[ends[element]!] = position;
    ends[element]! += 1;
  }
  if (autojunk && sequence.length >= AUTOJUNK_LENGTH) {
    const most = Math.floor(sequence.length / 100) + 1;
    for (const [element, count] of counts.entries()) if (count > most) ends[element] = starts[element]!;
  }
  return { positions, starts, ends };
}

/** The first place at or after `from` whose position is not below `position`; `to` where there is none. */
export function placeFrom(positions: Int32Array, from: number, to: number, position: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (positions[middle]! < position) low = middle + 1;
    else high = middle;
  }
  return low;
}
