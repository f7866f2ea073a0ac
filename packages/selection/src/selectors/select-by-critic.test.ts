import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CriticCandidate, selectByCritic } from './select-by-critic.js';

const candidates = (scores: (number | null)[], keeps: boolean[], isEmpty: boolean[] = []): CriticCandidate[] =>
  scores.map((score, index) => ({ score, keeps: keeps[index]!, isEmpty: isEmpty[index] ?? false }));

test.each([
  ['highest of those kept', [0.2, 0.9, 0.7], [true, false, true], 2, [0, 2]],
  ['highest of all where none is kept', [0.2, 0.9, 0.7], [false, false, false], 1, [0, 1, 2]],
  ['first of equals', [0.5, 0.5], [true, true], 0, [0, 1]],
  ['logits below zero', [-3, -2, -7], [true, true, true], 1, [0, 1, 2]],
])('chooses the %s', (_, scores, keeps, index, survivors) => {
  expect(selectByCritic(candidates(scores, keeps))).toMatchObject({ index, survivors, scores });
});

test('chooses nothing where none is kept and there is to be no fallback', () => {
  const given = candidates([0.2, 0.9], [false, false]);
  expect(selectByCritic(given, { fallback: 'none' })).toMatchObject({ index: undefined, survivors: [] });
});

test('never chooses an empty patch', () => {
  expect(selectByCritic(candidates([0.9, 0.1], [true, true], [true, false]))).toMatchObject({ index: 1 });
  expect(selectByCritic(candidates([0.9, 0.1], [true, false], [true, false]))).toMatchObject({ index: 1 });
  expect(selectByCritic(candidates([0.9], [true], [true]))).toMatchObject({ index: undefined });
});

test('a candidate without a score takes no part, and does not let a failing one win', () => {
  expect(selectByCritic(candidates([null, 0.1], [true, true]))).toMatchObject({ index: 1, scores: [null, 0.1] });
  expect(selectByCritic(candidates([null, 0.9], [true, false]))).toMatchObject({ index: undefined });
});

test.each([Number.NaN, Infinity, -Infinity])('refuses a score of %d, naming the candidate', (score) => {
  expect(() => selectByCritic(candidates([0, score], [true, true]))).toThrow(
    expect.objectContaining({ code: 'invalid-candidate', message: expect.stringContaining('candidate 1') }),
  );
});

const candidate = fc.record({
  score: fc.option(fc.integer({ min: -3, max: 3 })),
  keeps: fc.boolean(),
  isEmpty: fc.boolean(),
});

test('the order of candidates does not matter but for ties', () => {
  fc.assert(
    fc.property(fc.array(candidate), (given) => {
      const chosen = (all: CriticCandidate[]) => all[selectByCritic(all).index ?? -1];
      expect(chosen([...given].reverse())).toEqual(chosen(given));
    }),
  );
});

test('one more candidate that is worse in every way changes nothing', () => {
  fc.assert(
    fc.property(fc.array(candidate), (given) => {
      const { index } = selectByCritic(given);
      fc.pre(index !== undefined);
      const worse = { score: given[index]!.score! - 1, keeps: false, isEmpty: false };
      expect(selectByCritic([...given, worse]).index).toBe(index);
    }),
  );
});
