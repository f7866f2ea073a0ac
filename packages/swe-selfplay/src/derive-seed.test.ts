import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deriveSeed } from './derive-seed.js';

test('equal names give equal seeds, other names other ones', () => {
  expect(deriveSeed(1, 'solver', 2)).toBe(deriveSeed(1, 'solver', 2));
  const seeds = [
    deriveSeed(1, 'a'),
    deriveSeed(2, 'a'),
    deriveSeed(1, 'b'),
    deriveSeed(1, 'a', 1),
    deriveSeed(1, 'a', '1'),
  ];
  expect(new Set(seeds).size).toBe(seeds.length);
});

test('a seed is a whole number that a number can hold', () => {
  fc.assert(
    fc.property(fc.nat(), fc.string(), (seed, name) => {
      const derived = deriveSeed(seed, name);
      expect(Number.isSafeInteger(derived) && derived >= 0 && derived < 2 ** 48).toBe(true);
    }),
  );
});
