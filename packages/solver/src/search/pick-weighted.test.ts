import { createRandom } from '@swe-selfplay/artifact';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pickWeighted } from './pick-weighted.js';

test('picks only items with a weight, and undefined without any', () => {
  const weights = fc.array(fc.constantFrom(0, 0, -1, 0.5, 3), { maxLength: 8 });
  fc.assert(
    fc.property(weights, fc.nat(), (list, seed) => {
      const items = list.map((weight, index) => ({ weight, index }));
      const picked = pickWeighted(items, ({ weight }) => weight, createRandom(seed));
      if (list.some((weight) => weight > 0)) expect(picked!.weight).toBeGreaterThan(0);
      else expect(picked).toBeUndefined();
    }),
  );
});

test('picks in proportion to the weights', () => {
  const random = createRandom(7);
  const picks = Array.from({ length: 4_000 }, () => pickWeighted([1, 3], (weight) => weight, random));
  const share = picks.filter((weight) => weight === 3).length / picks.length;
  expect(share).toBeGreaterThan(0.7);
  expect(share).toBeLessThan(0.8);
});
