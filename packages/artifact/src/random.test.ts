import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from './random.js';

test('gives the same numbers for the same seed and others for another', () => {
  const draw = (seed: number | string) => {
    const random = createRandom(seed);
    return Array.from({ length: 5 }, () => random.integer(1000));
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw('a')).toEqual(draw('a'));
  expect(draw(7)).not.toEqual(draw(8));
  expect(draw(1)).toEqual([...draw(1)]);
});

test('stays below the bound and reaches every number', () => {
  const random = createRandom(3);
  const counts = new Array(6).fill(0);
  for (let round = 0; round < 6000; round += 1) counts[random.integer(6)] += 1;
  for (const count of counts) expect(count).toBeGreaterThan(850);
  expect(() => random.integer(0)).toThrow(RangeError);
  expect(() => random.pick([])).toThrow(RangeError);
});

test('shuffles without losing an item and without touching the input', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      const before = [...items];
      const shuffled = createRandom(seed).shuffle(items);
      expect(items).toEqual(before);
      expect([...shuffled].sort()).toEqual([...before].sort());
    }),
  );
});

test('forks by label alone, whatever was drawn before', () => {
  const fresh = createRandom(5);
  const used = createRandom(5);
  used.next();
  expect(used.fork('x').next()).toBe(fresh.fork('x').next());
  expect(fresh.fork('y').next()).not.toBe(fresh.fork('x').next());
});
