import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectedInjectorReward } from './expected-reward.js';
import { optimalSolveProbability } from './optimal-solve-probability.js';

test.each([
  [2, 0.5],
  [4, 0.370039],
  [8, 0.257003],
  [16, 0.168762],
  [32, 0.105775],
])('is for a group of %i %d', (groupSize, expected) => {
  expect(Math.abs(optimalSolveProbability({ groupSize }) - expected)).toBeLessThan(1e-6);
});

test('is for the default group that of 8 attempts', () => {
  expect(optimalSolveProbability()).toBe(optimalSolveProbability({ groupSize: 8 }));
});

test.each([
  [4, 0.8, 0.050447],
  [8, 0.8, 0.370221],
  [8, 0.5, 0.475184],
  [8, 1, 0.300245],
  [16, 0.8, 0.602714],
])('pays with %i attempts and alpha %d %d', (groupSize, alpha, expected) => {
  const reward = expectedInjectorReward(optimalSolveProbability({ groupSize }), { alpha, groupSize });
  expect(Math.abs(reward - expected)).toBeLessThan(1e-6);
});

test('no other probability pays more, whatever alpha is', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(share, share, fc.integer({ min: 2, max: 200 }), (probability, alpha, groupSize) => {
      const best = expectedInjectorReward(optimalSolveProbability({ groupSize }), { alpha, groupSize });
      expect(expectedInjectorReward(probability, { alpha, groupSize })).toBeLessThanOrEqual(best + 1e-12);
    }),
  );
});

test.each([1, 0, -8, 2.5, Number.NaN])('refuses a group of %d', (groupSize) => {
  expect(() => optimalSolveProbability({ groupSize })).toThrow(
    expect.objectContaining({ name: 'RewardError', code: 'group-size-out-of-range' }),
  );
});
