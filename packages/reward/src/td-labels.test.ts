import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tdLabels } from './td-labels.js';

test('of five actions that pass are powers of 0.99', () => {
  const labels = tdLabels({ actions: 5, passed: true })!;
  const expected = [0.99 ** 4, 0.99 ** 3, 0.9801, 0.99, 1];
  for (const [index, label] of labels.entries()) expect(Math.abs(label - expected[index]!)).toBeLessThan(1e-12);
  expect(labels).toHaveLength(5);
  expect(Math.abs(labels[0]! - 0.960596)).toBeLessThan(1e-6);
});

test.each([
  [1, 1],
  [30, 0.747172],
  [100, 0.36973],
])('the first of %i is %d', (actions, expected) => {
  expect(Math.abs(tdLabels({ actions, passed: true })![0]! - expected)).toBeLessThan(1e-6);
});

test('are zeros where the tests failed, and none where nothing was graded', () => {
  expect(tdLabels({ actions: 3, passed: false })).toEqual([0, 0, 0]);
  expect(tdLabels({ actions: 3, passed: null })).toBeNull();
  expect(tdLabels({ actions: 0, passed: true })).toEqual([]);
});

test('each is gamma times the next, and the last is 1', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.double({ min: 0.5, max: 1, noNaN: true }), (actions, gamma) => {
      const labels = tdLabels({ actions, passed: true, gamma })!;
      expect(labels.at(-1)).toBe(1);
      for (let t = 1; t < actions; t++) expect(Math.abs(labels[t - 1]! - gamma * labels[t]!)).toBeLessThan(1e-12);
    }),
  );
});

test.each([{ actions: -1 }, { actions: 1.5 }, { actions: 1, gamma: 0 }, { actions: 1, gamma: Number.NaN }])(
  'refuses %j',
  (trajectory) => {
    expect(() => tdLabels({ ...trajectory, passed: true })).toThrow(expect.objectContaining({ name: 'RewardError' }));
  },
);
