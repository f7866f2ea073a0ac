import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selectByTestScore, type TestFileCounts, type TestScoreCandidate, testScore } from './select-by-test-score.js';

/** Test files from the four lists of the formula. */
const files = (failToPass: number[], failBefore: number[], passToPass: number[], passBefore: number[]) =>
  failToPass.map(
    (count, index): TestFileCounts => ({
      failToPass: count,
      failBefore: failBefore[index]!,
      passToPass: passToPass[index]!,
      passBefore: passBefore[index]!,
    }),
  );

describe('score', () => {
  test.each([
    [files([1, 1], [1, 2], [3, 4], [3, 5]), 37 / 24],
    [files([2, 0], [2, 2], [5, 5], [5, 5]), 1.5],
    [files([0, 0], [1, 1], [10, 10], [10, 10]), 1],
    [files([1], [1], [0], [0]), 1],
    [files([], [], [], []), 0],
  ])('of case %#', (tests, score) => {
    expect(testScore({ tests })).toBe(score);
  });

  test('a term without a denominator may count in full', () => {
    expect(testScore({ tests: files([1], [1], [0], [0]) }, { zeroTerm: 1 })).toBe(2);
  });

  test('test files that fail nowhere without a patch are discarded, unless asked for', () => {
    const tests = files([1, 0], [1, 0], [0, 1], [2, 6]);
    expect(testScore({ tests })).toBe(1);
    expect(testScore({ tests }, { discardsPassing: false })).toBe(1 + 1 / 8);
  });
});

const one = (fixed: number, patchKey: string): TestScoreCandidate => ({
  tests: files([fixed], [4], [1], [1]),
  patchKey,
});

test('chooses the highest score', () => {
  const selection = selectByTestScore([one(1, 'a'), one(3, 'b'), one(2, 'c')]);
  expect(selection).toMatchObject({ index: 1, scores: [1.25, 1.75, 1.5], survivors: [1] });
});

test('of equal scores the most frequent patch, else the first', () => {
  const tied = [one(3, 'a'), one(3, 'b'), one(1, 'a'), one(3, 'b')];
  expect(selectByTestScore(tied)).toMatchObject({ index: 1, survivors: [0, 1, 3] });
  expect(selectByTestScore(tied, { ties: 'first' }).index).toBe(0);
  expect(selectByTestScore([one(3, 'a'), one(3, 'b')]).index).toBe(0);
});

test('scores that are equal as fractions tie, whatever their terms round to', () => {
  const scored = (failToPass: number, passToPass: number, patchKey: string) => ({
    tests: files([failToPass], [10], [passToPass], [10]),
    patchKey,
  });
  expect(0.1 + 0.2).toBeGreaterThan(0.3);
  const tied = [scored(1, 2, 'a'), scored(3, 0, 'b'), scored(3, 0, 'b')];
  expect(selectByTestScore(tied)).toMatchObject({ index: 1, scores: [0.3, 0.3, 0.3], survivors: [0, 1, 2] });
});

test('a candidate that could not be run has no score and takes no part', () => {
  expect(selectByTestScore([{ tests: null, patchKey: 'a' }, one(0, 'b')])).toMatchObject({
    index: 1,
    scores: [null, 1],
  });
  expect(selectByTestScore([{ tests: null, patchKey: 'a' }]).index).toBeUndefined();
});

test('an empty patch has a score but is not chosen', () => {
  expect(selectByTestScore([one(3, ''), one(0, 'b')])).toMatchObject({ index: 1, scores: [1.75, 1] });
  expect(selectByTestScore([one(3, '')]).index).toBeUndefined();
});

test.each([
  [files([2], [1], [0], [0])],
  [files([0], [1], [2], [1])],
  [files([-1], [1], [0], [0])],
  [files([Number.NaN], [1], [0], [0])],
])('refuses counts that cannot be, case %#', (tests) => {
  expect(() => selectByTestScore([one(0, 'a'), { tests, patchKey: 'b' }])).toThrow(
    expect.objectContaining({ code: 'invalid-candidate', message: expect.stringContaining('candidate 1') }),
  );
});

const counts = fc
  .tuple(fc.nat(4), fc.nat(4), fc.nat(4), fc.nat(4))
  .map(([failToPass, stillFailing, passToPass, broken]) => ({
    failToPass,
    failBefore: failToPass + stillFailing,
    passToPass,
    passBefore: passToPass + broken,
  }));
const candidate = fc.record({
  tests: fc.option(fc.array(counts, { maxLength: 3 })),
  patchKey: fc.constantFrom('', 'a', 'b', 'c'),
});

test('scores lie in 0..2, and the order of candidates does not matter but for ties', () => {
  fc.assert(
    fc.property(fc.array(candidate), (given) => {
      const forward = selectByTestScore(given);
      const backward = selectByTestScore([...given].reverse());
      expect([...backward.scores].reverse()).toEqual(forward.scores);
      expect(backward.scores[backward.index ?? -1]).toBe(forward.scores[forward.index ?? -1]);
      for (const score of forward.scores) expect(score === null || (score >= 0 && score <= 2)).toBe(true);
    }),
  );
});

test('one more candidate with a lower score changes nothing', () => {
  fc.assert(
    fc.property(fc.array(candidate), (given) => {
      const { index, scores } = selectByTestScore(given);
      fc.pre(index !== undefined && scores[index]! > 0);
      const worse = { tests: files([0], [1], [0], [1]), patchKey: 'd' };
      expect(selectByTestScore([...given, worse]).index).toBe(index);
    }),
  );
});
