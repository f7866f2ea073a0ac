import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FinishedAttempt } from '../critics.js';
import { needsAnotherAttempt, selectIterative, temperatureOf } from './select-iterative.js';

const attempts = (...rows: (readonly [boolean, string])[]): FinishedAttempt[] =>
  rows.map(([isFinished, patch]) => ({ isFinished, patch }));

test.each<[FinishedAttempt[], string, number]>([
  [attempts([true, 'p1']), 'p1', 1],
  [attempts([false, 'p1'], [true, 'p2']), 'p2', 2],
  [attempts([false, 'p1'], [false, ''], [false, '']), 'p1', 3],
  [attempts([true, ''], [true, ''], [true, '']), '', 3],
  [attempts([true, 'p1'], [true, 'p2'], [true, 'p3']), 'p1', 1],
  [attempts([false, ''], [false, ''], [false, ''], [true, 'p4']), '', 3],
])('of %j', (given, patch, made) => {
  const { index, scores } = selectIterative(given);
  expect(index === undefined ? '' : given[index]!.patch).toBe(patch);
  expect(scores.filter((score) => score !== null)).toHaveLength(made);
});

test('another attempt is made after one that did not finish, changed nothing or ended in an exception', () => {
  expect(needsAnotherAttempt({ isFinished: true, patch: 'p' })).toBe(false);
  expect(needsAnotherAttempt({ isFinished: false, patch: 'p' })).toBe(true);
  expect(needsAnotherAttempt({ isFinished: true, patch: ' \n' })).toBe(true);
  expect(needsAnotherAttempt({ isFinished: true, patch: 'p', hadException: true })).toBe(true);
});

test('later attempts are not sampled at temperature 0', () => {
  expect([1, 2, 3].map((number) => temperatureOf(number, 0))).toEqual([0, 0.1, 0.1]);
  expect([1, 2, 3].map((number) => temperatureOf(number, 0.7))).toEqual([0.7, 0.7, 0.7]);
});

test('refuses options that cannot be', () => {
  const invalid = expect.objectContaining({ code: 'invalid-options' });
  expect(() => selectIterative([], { maxAttempts: 0 })).toThrow(invalid);
  expect(() => temperatureOf(0, 1)).toThrow(invalid);
  expect(() => temperatureOf(1, Number.NaN)).toThrow(invalid);
});

test('attempts that the protocol would not have made change nothing', () => {
  const attempt = fc.record({ isFinished: fc.boolean(), patch: fc.constantFrom('', 'p', 'q') });
  fc.assert(
    fc.property(fc.array(attempt, { maxLength: 3 }), fc.array(attempt), (made, more) => {
      const isOver = made.length === 3 || made.some((each) => !needsAnotherAttempt(each));
      fc.pre(isOver);
      expect(selectIterative([...made, ...more]).index).toBe(selectIterative(made).index);
    }),
  );
});
