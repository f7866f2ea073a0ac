import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bestAtK } from './best-at-k.js';
import { passAtK } from './pass-at-k.js';

/** C(n, k) without rounding. */
function choose(n: number, k: number): bigint {
  let result = 1n;
  for (let i = 1; i <= k; i++) result = (result * BigInt(n - k + i)) / BigInt(i);
  return k > n ? 0n : result;
}

/** The quotient of two whole numbers to 15 digits. */
function quotient(numerator: bigint, denominator: bigint): number {
  return Number((numerator * 10n ** 17n) / denominator) / 1e17;
}

const exactPassAtK = (n: number, c: number, k: number) => quotient(choose(n, k) - choose(n - c, k), choose(n, k));

describe('pass@k', () => {
  test.each([
    [10, 3, 1, 0.3],
    [10, 3, 5, 1 - 21 / 252],
    [16, 4, 4, 1 - 495 / 1820],
    [5, 0, 3, 0],
    [8, 1, 8, 1],
  ])('of %i samples, %i right, k = %i is %d', (samples, correct, k, expected) => {
    expect(Math.abs(passAtK(samples, correct, k) - expected)).toBeLessThan(1e-12);
  });

  test('agrees with binomials in whole numbers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ max: 1, min: 0 }),
        fc.double({ max: 1, min: 0 }),
        (n, a, b) => {
          const [correct, k] = [Math.floor(a * n) || 0, 1 + (Math.floor(b * (n - 1)) || 0)];
          expect(Math.abs(passAtK(n, correct, k) - exactPassAtK(n, correct, k))).toBeLessThan(1e-12);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('holds for thousands of samples, where binomials overflow', () => {
    expect(Math.abs(passAtK(10_000, 37, 500) - exactPassAtK(10_000, 37, 500))).toBeLessThan(1e-12);
    expect(passAtK(1_000_000, 1, 1) / 1e-6).toBeCloseTo(1, 14);
    expect(passAtK(5000, 2500, 2501)).toBe(1);
  });

  test('of fewer samples than k is refused, or taken from all', () => {
    expect(() => passAtK(4, 1, 8)).toThrow(expect.objectContaining({ code: 'count-out-of-range' }));
    expect(passAtK(4, 1, 8, { whenFewer: 'use-all' })).toBe(1);
    expect(passAtK(4, 0, 8, { whenFewer: 'use-all' })).toBe(0);
    expect(() => passAtK(0, 0, 8, { whenFewer: 'use-all' })).toThrow(
      expect.objectContaining({ code: 'count-out-of-range' }),
    );
  });

  test.each([
    [3, 4, 1],
    [3, -1, 1],
    [3, 1, 0],
    [3, 1, 1.5],
    [Number.NaN, 1, 1],
  ])('refuses %d, %d, %d', (samples, correct, k) => {
    expect(() => passAtK(samples, correct, k)).toThrow(expect.objectContaining({ name: 'RewardError' }));
  });
});

describe('best@k', () => {
  test.each([
    [[1, 0, 1, 0], 1, 0.5],
    [[1, 0, 1, 0], 2, 2 / 3],
    [[0, 1, 1, 0], 2, 0.5],
    [[0, 0, 1, 0], 3, 0],
    [[0, 1, 0, 1, 1], 3, 0.3],
    [[0, null, 1, 0, 1, null, 1], 3, 0.3],
  ])('of %j, k = %i is %d', (outcomes, k, expected) => {
    expect(Math.abs(bestAtK(outcomes, k) - expected)).toBeLessThan(1e-12);
  });

  const sorted = fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), fc.nat(119))
    .filter(([right, wrong]) => right + wrong > 0);

  test('of a perfect ranker is pass@k, and of the worst one a chance that all are right', () => {
    fc.assert(
      fc.property(sorted, ([right, wrong, draw]) => {
        const n = right + wrong;
        const k = 1 + (draw % n);
        const perfect = [...Array(right).fill(1), ...Array(wrong).fill(0)];
        expect(Math.abs(bestAtK(perfect, k) - passAtK(n, right, k))).toBeLessThan(1e-12);
        expect(Math.abs(bestAtK(perfect.toReversed(), k) - (1 - passAtK(n, wrong, k)))).toBeLessThan(1e-12);
      }),
    );
  });

  test('of outcomes that are all the same is that outcome, and of k = 1 their mean', () => {
    const outcomes = fc.array(fc.integer({ min: -64, max: 64 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(outcomes, fc.nat(39), (values, draw) => {
        const mean = values.reduce((total, each) => total + each, 0) / values.length;
        expect(bestAtK(values, 1)).toBeCloseTo(mean, 11);
        const k = 1 + (draw % values.length);
        expect(bestAtK(Array(values.length).fill(7), k)).toBeCloseTo(7, 11);
      }),
    );
  });

  test('holds for thousands of samples', () => {
    const outcomes = Array.from({ length: 5000 }, (_, rank) => (rank < 60 ? 1 : 0));
    expect(Math.abs(bestAtK(outcomes, 40) - passAtK(5000, 60, 40))).toBeLessThan(1e-12);
  });

  test.each([
    [[1], 2, 'count-out-of-range'],
    [[1, null], 2, 'count-out-of-range'],
    [[], 1, 'count-out-of-range'],
    [[1, Number.NaN], 1, 'not-finite'],
  ])('refuses %j with k = %i', (outcomes, k, code) => {
    expect(() => bestAtK(outcomes, k)).toThrow(expect.objectContaining({ code }));
  });
});
