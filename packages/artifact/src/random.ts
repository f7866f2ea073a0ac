/** Random choices that a seed decides: equal seeds give equal choices on every machine. Not for secrets. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, at least 0 and below `bound`. Throws RangeError unless `bound` is a positive whole number. */
  integer(bound: number): number;
  /** One of the items. Throws RangeError where there is none. */
  pick<Item>(items: readonly Item[]): Item;
  /** The items in another order, as a new array. */
  shuffle<Item>(items: readonly Item[]): Item[];
  /** A generator of its own, decided by the seed and the label alone: not by how much was drawn from this one. */
  fork(label: string): Random;
}

/** A generator (sfc32, Chris Doty-Humphrey) from a seed; any finite number or text is a seed. */
export function createRandom(seed: number | string): Random {
  const text = typeof seed === 'number' ? `number ${seed}` : seed;
  let [a, b, c, d] = hashText(text);
  const draw = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  // The first outputs still resemble the seed; twelve rounds are what the author of sfc32 discards.
  for (let round = 0; round < 12; round += 1) draw();
  const next = () => draw() / 2 ** 32;
  const integer = (bound: number) => {
    if (!Number.isSafeInteger(bound) || bound < 1)
      throw new RangeError(`Expected a positive whole bound, got ${bound}.`);
    return Math.floor(next() * bound);
  };
  return {
    next,
    integer,
    pick: (items) => items[integer(items.length)]!,
    shuffle: (items) => {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last -= 1) {
        const other = integer(last + 1);
        [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
      }
      return shuffled;
    },
    fork: (label) => createRandom(`${text}\0${label}`),
  };
}

/** Four 32-bit words that depend on every character (FNV-1a with four offsets, mixed at the end as in MurmurHash3). */
function hashText(text: string): [number, number, number, number] {
  const words = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35].map((offset) => {
    let hash = offset;
    for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  });
  return words as [number, number, number, number];
}
