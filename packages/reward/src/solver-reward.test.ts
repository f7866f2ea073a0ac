import { expect, test } from 'vitest';
import { expectedSolverReward, solverReward } from './solver-reward.js';

test('pays 1 for a solved bug and -1 for an unsolved one', () => {
  expect(solverReward({ status: 'solved' })).toBe(1);
  expect(solverReward({ status: 'unsolved' })).toBe(-1);
});

test('gives no reward where infrastructure kept the attempt from being graded', () => {
  expect(solverReward({ status: 'infra' })).toBeUndefined();
});

test.each([
  [0, -1],
  [0.25, -0.5],
  [0.5, 0],
  [1, 1],
])('expects for a solve probability of %d a reward of %d', (probability, expected) => {
  expect(expectedSolverReward(probability)).toBe(expected);
});

test('refuses what is no probability', () => {
  expect(() => expectedSolverReward(2)).toThrow(expect.objectContaining({ code: 'probability-out-of-range' }));
});
