import fc from 'fast-check';
import { expect, test } from 'vitest';
import { executionFreeScore } from './execution-free-score.js';

test.each([
  [-0.1, -2.4, Math.exp(-0.1) / (Math.exp(-0.1) + Math.exp(-2.4)), 0.908877],
  [-1.2, -0.4, Math.exp(-1.2) / (Math.exp(-1.2) + Math.exp(-0.4)), 0.310026],
  [-10000, -0.1, 0, 0],
  [undefined, -0.1, 0, 0],
  [-0.1, undefined, 1, 1],
  [undefined, undefined, 0.5, 0.5],
])('of %d and %d', (logYes, logNo, exact, printed) => {
  const score = executionFreeScore(logYes, logNo);
  expect(Math.abs(score - exact)).toBeLessThan(1e-12);
  expect(Math.abs(score - printed)).toBeLessThan(1e-6);
});

test.each([Number.NaN, Infinity, -Infinity])('refuses a log probability of %d', (wrong) => {
  const invalid = expect.objectContaining({ code: 'invalid-candidate' });
  expect(() => executionFreeScore(wrong, -1)).toThrow(invalid);
  expect(() => executionFreeScore(-1, wrong)).toThrow(invalid);
});

test('lies in 0..1 and is one less what swapping gives', () => {
  const logProbability = fc.double({ min: -20_000, max: 0, noNaN: true });
  fc.assert(
    fc.property(logProbability, logProbability, (yes, no) => {
      const score = executionFreeScore(yes, no);
      expect(score >= 0 && score <= 1).toBe(true);
      expect(Math.abs(score + executionFreeScore(no, yes) - 1)).toBeLessThan(1e-12);
    }),
  );
});
