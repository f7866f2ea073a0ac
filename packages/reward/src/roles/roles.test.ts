import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compositeReward, proposerReward, solutionReward } from './absolute-zero.js';
import { cwmReward } from './cwm-reward.js';
import { betaReward, consistencyReward, learnability, optimalBetaSolveRate } from './injector-alternatives.js';
import { bugFixerReward, deepSweReward, sweSwissReward, testWriterReward } from './solver-alternatives.js';

const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('Absolute Zero', () => {
  test.each([
    [0, 0],
    [1 / 8, 0.875],
    [1 / 2, 0.5],
    [7 / 8, 0.125],
    [1, 0],
    [null, null],
  ])('pays who proposes a task of solve rate %d %d', (rate, expected) => {
    expect(proposerReward(rate)).toBe(expected);
  });

  test('pays who solves 1 or 0', () => {
    expect([true, false, null].map(solutionReward)).toEqual([1, 0, null]);
  });

  test.each([
    [true, 0.875, 0.875],
    [true, 0, -0.5],
    [true, null, null],
    [false, 0.875, -1],
    [false, null, -1],
  ])('of format %s and role reward %d makes %d', (isWellFormed, reward, expected) => {
    expect(compositeReward(isWellFormed, reward)).toBe(expected);
  });

  test('refuses what is no rate and no number', () => {
    expect(() => proposerReward(1.1)).toThrow(expect.objectContaining({ code: 'probability-out-of-range' }));
    expect(() => compositeReward(true, Number.NaN)).toThrow(expect.objectContaining({ code: 'not-finite' }));
  });
});

describe('other rewards of an injector', () => {
  test.each([
    [0, 0],
    [0.25, 0.75],
    [0.5, 1],
    [1, 0],
    [null, null],
  ])('a solve rate of %d has learnability %d', (rate, expected) => {
    expect(learnability(rate)).toBe(expected);
  });

  test('the beta reward with both exponents 1 is a quarter of learnability', () => {
    fc.assert(
      fc.property(share, (rate) => {
        expect(Math.abs(betaReward(rate, { a: 1, b: 1 })! * 4 - learnability(rate)!)).toBeLessThan(1e-12);
      }),
    );
  });

  test('no solve rate pays more than a / (a + b)', () => {
    const exponent = fc.double({ min: 0.1, max: 8, noNaN: true });
    fc.assert(
      fc.property(share, exponent, exponent, (rate, a, b) => {
        const best = betaReward(optimalBetaSolveRate({ a, b }), { a, b })!;
        expect(betaReward(rate, { a, b })!).toBeLessThanOrEqual(best + 1e-12);
      }),
    );
    expect(optimalBetaSolveRate({ a: 1, b: 4 })).toBe(0.2);
    expect(Math.abs(betaReward(0.2, { a: 1, b: 4 })! - 0.2 * 0.8 ** 4)).toBeLessThan(1e-12);
    expect(betaReward(null, { a: 1, b: 4 })).toBeNull();
  });

  test('the ablation pays for validity alone', () => {
    expect([true, false].map(consistencyReward)).toEqual([1, -1]);
  });

  test.each([
    { a: 0, b: 1 },
    { a: 1, b: Number.NaN },
  ])('refuses exponents %j', (options) => {
    expect(() => betaReward(0.5, options)).toThrow(expect.objectContaining({ code: 'option-out-of-range' }));
  });
});

describe("CWM's environments pay", () => {
  const shaped = { mode: 'shaped', threshold: 0.5 } as const;
  test.each([
    [{ passed: true }, { mode: 'pass-only' }, 1],
    [{ passed: false, similarities: [1] }, { mode: 'pass-only' }, -1],
    [{ passed: null }, { mode: 'pass-only' }, null],
    [{ passed: true }, shaped, 0],
    [{ passed: true }, { ...shaped, scale: 2 }, 1],
    [{ passed: false, similarities: [0.25, 0.75] }, shaped, -0.5],
    [{ passed: false, similarities: [0.25, 0.75] }, { ...shaped, scale: 2 }, 0],
    [{ passed: false, similarities: [0.25, 0.5] }, shaped, -1],
    [{ passed: false, similarities: [] }, { ...shaped, threshold: 0 }, -1],
    [{ passed: false }, shaped, -1],
    [{ passed: null, similarities: [1] }, shaped, null],
  ] as const)('for %j with %j: %d', (outcome, options, expected) => {
    expect(cwmReward(outcome, options)).toBe(expected);
  });

  test('nothing for what is no number', () => {
    expect(() => cwmReward({ passed: false, similarities: [1, Number.NaN] }, shaped)).toThrow(
      expect.objectContaining({ code: 'not-finite', message: expect.stringContaining('similarities[1]') }),
    );
    expect(() => cwmReward({ passed: true }, { mode: 'shaped', threshold: 2 })).toThrow(
      expect.objectContaining({ code: 'option-out-of-range' }),
    );
  });
});

describe('rewards of attempts and tests', () => {
  test.each([
    ['failed', 'passed', 1],
    ['failed', 'failed', 0],
    ['passed', 'passed', 0],
    ['passed', 'failed', 0],
    ['failed', null, null],
    [null, 'passed', null],
    [null, null, null],
    [null, 'failed', 0],
    ['passed', null, 0],
  ] as const)('a written test that %s without and %s with the fix earns %d', (without, with_, expected) => {
    expect(testWriterReward(without, with_)).toBe(expected);
  });

  test('a fix earns 0 or 1, or -1 or 1, and nothing ungraded', () => {
    const verdicts = ['passed', 'failed', null] as const;
    expect(verdicts.map(bugFixerReward)).toEqual([1, 0, null]);
    expect(verdicts.map(sweSwissReward)).toEqual([1, -1, null]);
  });

  test.each([
    ['passed', 300_000, 1],
    ['passed', 300_001, 0],
    ['failed', 10, 0],
    [null, 10, null],
  ] as const)('tests that %s in %i ms earn with DeepSWE %d', (verdict, durationMs, expected) => {
    expect(deepSweReward(verdict, durationMs)).toBe(expected);
  });
});
