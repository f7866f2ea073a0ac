import { expect, test } from 'vitest';
import { isCriticSuccess, issuesToTell, needsRefinement, REFINEMENT } from './refinement.js';

test('a score from one half on is a success', () => {
  expect([0.49, 0.5, 1].map((score) => isCriticSuccess(score))).toEqual([false, true, true]);
});

test('a score below 0.6 is worked on again, three times at most', () => {
  expect([0.5, 0.59, 0.6].map((score) => needsRefinement(score, 0))).toEqual([true, true, false]);
  expect([0, 2, 3].map((iterations) => needsRefinement(0.1, iterations))).toEqual([true, true, false]);
  expect(needsRefinement(0.7, 0, { ...REFINEMENT, refinement: 0.8 })).toBe(true);
});

test('issues from 0.75 on are told, the most probable first', () => {
  expect(issuesToTell({ a: 0.75, b: 0.74, c: 0.9, d: 0.75 })).toEqual(['c', 'a', 'd']);
});

test.each([Number.NaN, -0.1, 1.1, Infinity])('refuses a probability of %d', (score) => {
  const invalid = expect.objectContaining({ code: 'invalid-candidate' });
  expect(() => isCriticSuccess(score)).toThrow(invalid);
  expect(() => needsRefinement(score, 0)).toThrow(invalid);
  expect(() => issuesToTell({ a: score })).toThrow(invalid);
});

test('refuses a number of iterations that cannot be', () => {
  expect(() => needsRefinement(0.1, -1)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
});
