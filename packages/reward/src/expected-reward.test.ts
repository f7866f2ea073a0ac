import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectedInjectorReward, expectedInjectorRewardBySum } from './expected-reward.js';

describe('expectedInjectorReward', () => {
  test.each([
    [0, -0.8],
    [0.05, -0.284157],
    [0.1, 0.045159],
    [0.2, 0.33801],
    [0.257003, 0.370221],
    [0.5, 0.092969],
    [0.9, -0.62],
    [1, -0.8],
  ])('is for p = %d, 8 attempts and alpha 0.8 what the sum over outcomes is', (probability, expected) => {
    expect(Math.abs(expectedInjectorReward(probability) - expected)).toBeLessThan(1e-6);
    expect(Math.abs(expectedInjectorRewardBySum(probability) - expected)).toBeLessThan(1e-6);
  });

  test('closed form and sum agree for every group, probability and alpha', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, fc.integer({ min: 1, max: 64 }), (probability, alpha, groupSize) => {
        const options = { alpha, groupSize };
        const difference =
          expectedInjectorReward(probability, options) - expectedInjectorRewardBySum(probability, options);
        expect(Math.abs(difference)).toBeLessThan(1e-12);
      }),
      { numRuns: 500 },
    );
  });

  test('the sum holds for a group whose binomials overflow', () => {
    expect(expectedInjectorRewardBySum(0.5, { groupSize: 3000 })).toBeCloseTo(0.1, 9);
  });

  test.each([
    ['probability-out-of-range', 1.5, {}],
    ['alpha-out-of-range', 0.5, { alpha: -1 }],
    ['group-size-out-of-range', 0.5, { groupSize: 0 }],
    ['group-size-out-of-range', 0.5, { groupSize: 2.5 }],
  ])('refuses with %s', (code, probability, options) => {
    expect(() => expectedInjectorReward(probability, options)).toThrow(expect.objectContaining({ code }));
    expect(() => expectedInjectorRewardBySum(probability, options)).toThrow(expect.objectContaining({ code }));
  });
});
