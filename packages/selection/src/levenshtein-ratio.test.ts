import fc from 'fast-check';
import { expect, test } from 'vitest';
import { levenshteinRatio } from './levenshtein-ratio.js';

test.each([
  ['kitten', 'sitting', 8 / 13],
  ['abcd', 'abxd', 0.75],
  ['abc', 'cab', 2 / 3],
  ['a', '', 0],
  ['', '', 1],
  ['a😀b', 'a😁b', 2 / 3],
  ['\ud83d', '😀', 0],
])('of %j and %j', (left, right, ratio) => {
  expect(levenshteinRatio(left, right)).toBe(ratio);
  expect(levenshteinRatio(right, left)).toBe(ratio);
});

/** The recurrence itself, one cell after the other. */
function slowRatio(left: string, right: string): number {
  const [rows, columns] = [Array.from(left), Array.from(right)];
  let above = new Array<number>(columns.length + 1).fill(0);
  for (const row of rows) {
    const current = [0];
    for (const [index, column] of columns.entries())
      current.push(row === column ? above[index]! + 1 : Math.max(above[index + 1]!, current[index]!));
    above = current;
  }
  return (2 * above.at(-1)!) / (rows.length + columns.length);
}

const letters = (...units: string[]) => fc.string({ unit: fc.constantFrom(...units), maxLength: 200, size: 'max' });

test('is what the recurrence gives', () => {
  const text = fc.oneof(letters('a', 'b'), letters('a', 'b', 'c', 'd', '\n', ' '), letters('a', '😀', '𝒳', 'é', '日'));
  fc.assert(
    fc.property(text, text, fc.nat(200), (left, right, place) => {
      fc.pre(left !== right);
      expect(levenshteinRatio(left, right)).toBe(slowRatio(left, right));
      const edited = left.slice(0, place) + right.slice(0, 5) + left.slice(place + 3);
      fc.pre(edited !== left);
      expect(levenshteinRatio(left, edited)).toBe(slowRatio(left, edited));
    }),
    { numRuns: 200 },
  );
});

test('is what the recurrence gives for long texts, alike and not', () => {
  const noise = (seed: number, count: number): string => {
    let state = seed;
    const next = (): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return state >> 16;
    };
    return Array.from({ length: count }, () => String.fromCharCode(97 + (next() % 6))).join('');
  };
  const long = noise(1, 1500);
  const changed = `${long.slice(0, 350)}${noise(2, 40)}${long.slice(390, 1000)}${long.slice(1200)}`;
  for (const other of [changed, noise(3, 1200), long.slice(500), `${long.slice(700)}${long.slice(0, 700)}`]) {
    expect(levenshteinRatio(long, other)).toBe(slowRatio(long, other));
    expect(levenshteinRatio(other, long)).toBe(slowRatio(long, other));
  }
});

test('finds what is alike far from the diagonal', () => {
  const symbols = Array.from({ length: 2000 }, (_, index) => String.fromCharCode(0x4e00 + index));
  const [head, tail] = [symbols.slice(0, 900).join(''), symbols.slice(900).join('')];
  expect(levenshteinRatio(head + tail, tail + head)).toBe(1100 / 2000);
});

test('lies in 0..1, is symmetric, and 1 exactly for equal texts', () => {
  fc.assert(
    fc.property(letters('a', 'b', 'c'), letters('a', 'b', 'c'), (left, right) => {
      const ratio = levenshteinRatio(left, right);
      expect(ratio).toBeGreaterThanOrEqual(0);
      expect(ratio).toBeLessThanOrEqual(1);
      expect(levenshteinRatio(right, left)).toBe(ratio);
      expect(ratio === 1).toBe(left === right);
    }),
  );
});
