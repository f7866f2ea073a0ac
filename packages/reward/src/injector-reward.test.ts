import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { injectorReward } from './injector-reward.js';
import { solveRate } from './solve-rate.js';

describe('injectorReward', () => {
  test.each([
    [0, -0.8],
    [1, 0.775],
    [2, 0.55],
    [3, 0.325],
    [4, 0.1],
    [5, -0.125],
    [6, -0.35],
    [7, -0.575],
    [8, -0.8],
  ])('pays for %i solved of 8 what Eq. 1 says', (solved, expected) => {
    expect(injectorReward({ valid: true, solveRate: solveRate({ solved, graded: 8 }) })).toBeCloseTo(expected, 12);
  });

  test('takes everything for an invalid artifact, whatever the attempts did', () => {
    expect(injectorReward({ valid: false })).toBe(-1);
    expect(injectorReward({ valid: false, solveRate: 0.25 })).toBe(-1);
  });

  test('gives no reward, not zero, where no attempt was graded', () => {
    expect(injectorReward({ valid: true, solveRate: undefined })).toBeUndefined();
    expect(injectorReward({ valid: true, solveRate: solveRate({ solved: 0, graded: 0 }) })).toBeUndefined();
  });

  test('never pays a negative zero', () => {
    expect(Object.is(injectorReward({ valid: true, solveRate: 0 }, { alpha: 0 }), 0)).toBe(true);
  });

  test.each([-0.1, 1.1, Number.NaN, Number.POSITIVE_INFINITY])('refuses alpha %d', (alpha) => {
    expect(() => injectorReward({ valid: false }, { alpha })).toThrow(
      expect.objectContaining({ name: 'RewardError', code: 'alpha-out-of-range' }),
    );
  });

  test.each([-0.1, 1.1, Number.NaN])('refuses a solve rate of %d', (rate) => {
    expect(() => injectorReward({ valid: true, solveRate: rate })).toThrow(
      expect.objectContaining({ code: 'probability-out-of-range' }),
    );
  });

  test('stays between -1 and 1, falls as the bug gets easier, and pays a valid bug no less than an invalid one', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, (alpha, a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const atLow = injectorReward({ valid: true, solveRate: low }, { alpha })!;
        const atHigh = injectorReward({ valid: true, solveRate: high }, { alpha })!;
        expect(Math.min(atLow, atHigh)).toBeGreaterThanOrEqual(-1);
        expect(Math.max(atLow, atHigh)).toBeLessThanOrEqual(1);
        if (low > 0) expect(atHigh).toBeLessThanOrEqual(atLow + 1e-12);
      }),
    );
  });
});
