import fc from 'fast-check';
import { expect, test } from 'vitest';
import { overlongPenalty } from './overlong-penalty.js';
import { stepPenalty } from './step-penalty.js';

test.each([
  [0, 0],
  [16384, 0],
  [16385, -0.000244140625],
  [18432, -0.5],
  [20480, -1],
  [30000, -1],
])('a response of %i tokens gets %d', (tokens, expected) => {
  expect(overlongPenalty(tokens)).toBe(expected);
});

test('without a floor the line goes on, as in verl', () => {
  expect(overlongPenalty(22528, { floor: Number.NEGATIVE_INFINITY })).toBe(-1.5);
  expect(overlongPenalty(22528)).toBe(-1);
});

test.each([
  [5, 40, 0],
  [10, 40, 0],
  [11, 40, -1 / 30],
  [25, 40, -0.5],
  [40, 40, -1],
  [45, 80, -0.5],
  [80, 80, -1],
  [90, 80, -1],
])('%i steps of %i get %d', (steps, maximum, expected) => {
  expect(stepPenalty(steps, { maximum })).toBe(expected);
});

test('a solved task of 25 steps of 40 is worth 0.5', () => {
  expect(1 + stepPenalty(25, { maximum: 40 })).toBe(0.5);
});

test('penalties lie between -1 and 0 and grow with the length', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.integer({ min: 11, max: 100 }), (length, maximum) => {
      const penalty = stepPenalty(length, { maximum });
      expect(penalty).toBeGreaterThanOrEqual(-1);
      expect(penalty).toBeLessThanOrEqual(0);
      expect(stepPenalty(length + 1, { maximum })).toBeLessThanOrEqual(penalty);
      const overlong = overlongPenalty(length, { maximum, cache: 10 });
      expect(overlongPenalty(length + 1, { maximum, cache: 10 })).toBeLessThanOrEqual(overlong);
      expect(overlong).toBe(length <= maximum - 10 ? 0 : Math.max(-1, (maximum - 10 - length) / 10));
    }),
  );
});

test.each([
  [() => overlongPenalty(-1), 'count-out-of-range'],
  [() => overlongPenalty(Number.NaN), 'count-out-of-range'],
  [() => overlongPenalty(1, { cache: 0 }), 'option-out-of-range'],
  [() => overlongPenalty(1, { maximum: 10, cache: 11 }), 'option-out-of-range'],
  [() => overlongPenalty(30_000, { floor: Number.NaN }), 'option-out-of-range'],
  [() => overlongPenalty(30_000, { floor: 0.5 }), 'option-out-of-range'],
  [() => stepPenalty(1, { maximum: 10 }), 'option-out-of-range'],
  [() => stepPenalty(1.5, { maximum: 40 }), 'count-out-of-range'],
])('%s is refused', (act, code) => {
  expect(act).toThrow(expect.objectContaining({ name: 'RewardError', code }));
});
