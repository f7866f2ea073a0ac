const WORD_BITS = 32;
const FIRST_BAND = 16 * WORD_BITS;
const BAND_GROWTH = 16;

/**
 * The length of the longest common subsequence of two lists of symbols, exact, by bit-parallel dynamic programming
 * (Hyyro, "Bit-parallel LCS-length computation revisited", 2004): a row of the table is one bit vector.
 *
 * Only a band around the diagonal is computed first, and a wider one where the result does not prove that none of the
 * longest subsequences leaves it (Ukkonen's cut-off). So the time is length * length / 32 word operations for texts that
 * have nothing to do with each other, and length * differences / 32 for those that are alike.
 */
export function longestCommonSubsequence(left: Int32Array, right: Int32Array): number {
  let start = 0;
  let leftEnd = left.length;
  let rightEnd = right.length;
  while (start < leftEnd && start < rightEnd && left[start] === right[start]) start += 1;
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd -= 1;
    rightEnd -= 1;
  }
  const common = start + left.length - leftEnd;
  return common + lengthWithinBands(left.subarray(start, leftEnd), right.subarray(start, rightEnd));
}

function lengthWithinBands(left: Int32Array, right: Int32Array): number {
  if (left.length === 0 || right.length === 0) return 0;
  const masks = createMasks(right);
  const total = left.length + right.length;
  // A subsequence that leaves d symbols of both lists out stays within d of the diagonal.
  for (let distance = Math.abs(left.length - right.length) + FIRST_BAND; ; ) {
    const length = lengthWithinBand(left, right.length, masks, distance);
    const leftOut = total - 2 * length;
    if (leftOut <= distance) return length;
    // What is left out now is an upper bound, so a band as wide as that is wide enough.
    distance = Math.min(distance * BAND_GROWTH, leftOut);
  }
}

type Masks = (symbol: number) => Int32Array | undefined;

/**
 * For each symbol where it occurs, a bit per place; undefined where it does not. A mask may change with the second call
 * after the one that gave it: those of rare symbols are made anew each time, so that memory stays linear in the length
 * however many symbols there are.
 */
function createMasks(symbols: Int32Array): Masks {
  const words = Math.ceil(symbols.length / WORD_BITS);
  const places = new Map<number, number[]>();
  for (const [place, symbol] of symbols.entries()) {
    const known = places.get(symbol);
    if (known === undefined) places.set(symbol, [place]);
    else known.push(place);
  }
  const kept = new Map<number, Int32Array>();
  let next: Scratch = { mask: new Int32Array(words), places: [] };
  let last: Scratch = { mask: new Int32Array(words), places: [] };
  return (symbol) => {
    const mask = kept.get(symbol);
    const found = places.get(symbol);
    if (mask !== undefined || found === undefined) return mask;
    if (found.length * WORD_BITS >= words) {
      const made = new Int32Array(words);
      mark(made, found);
      kept.set(symbol, made);
      return made;
    }
    for (const place of next.places) next.mask[place >>> 5] = 0;
    mark(next.mask, found);
    [next, last] = [last, { mask: next.mask, places: found }];
    return last.mask;
  };
}

interface Scratch {
  readonly mask: Int32Array;
  readonly places: readonly number[];
}

function mark(mask: Int32Array, places: readonly number[]): void {
  for (const place of places) mask[place >>> 5]! |= 1 << (place & 31);
}

/**
 * The length of the longest common subsequence that takes no pair of places further apart than `distance`, but for the
 * rest of a word; a lower bound of the longest.
 */
function lengthWithinBand(left: Int32Array, rightLength: number, masks: Masks, distance: number): number {
  const words = Math.ceil(rightLength / WORD_BITS);
  const state = new Int32Array(words).fill(-1);
  const advance = (row: number, upper: Int32Array, lower: Int32Array, lowerRow: number): void =>
    advanceTwoRows(
      state,
      upper,
      lower,
      Math.max(0, (row - distance) >> 5),
      Math.min(words - 1, (lowerRow + distance) >> 5),
    );
  let upper: Int32Array | undefined;
  let upperRow = 0;
  for (const [row, symbol] of left.entries()) {
    const mask = masks(symbol);
    if (mask === undefined) continue;
    if (upper === undefined) {
      upper = mask;
      upperRow = row;
      continue;
    }
    advance(upperRow, upper, mask, row);
    upper = undefined;
  }
  if (upper !== undefined) advance(upperRow, upper, new Int32Array(words), upperRow);
  let length = 0;
  for (let place = 0; place < rightLength; place += 1) length += 1 - ((state[place >>> 5]! >>> (place & 31)) & 1);
  return length;
}

/**
 * A zero bit of the state is a place where the length grows by one; adding the matches moves it to the first match before
 * it. Two rows at once take a third less time than one after the other. A mask without matches changes nothing.
 */
function advanceTwoRows(state: Int32Array, upper: Int32Array, lower: Int32Array, first: number, last: number): void {
  let upperCarry = 0;
  let lowerCarry = 0;
  for (let word = first; word <= last; word += 1) {
    let value = state[word]!;
    let matches = value & upper[word]!;
    let sum = (value + matches + upperCarry) | 0;
    upperCarry = (matches | (value & ~sum)) >>> 31;
    value = sum | (value ^ matches);
    matches = value & lower[word]!;
    sum = (value + matches + lowerCarry) | 0;
    lowerCarry = (matches | (value & ~sum)) >>> 31;
    state[word] = sum | (value ^ matches);
  }
}
