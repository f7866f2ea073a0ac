import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ConsistencyCandidate, selectByConsistency } from './select-by-consistency.js';

const candidates = (patches: string[], failures?: (number | null)[], reproduces?: (boolean | null)[]) =>
  patches.map((patch, index): ConsistencyCandidate => {
    const regressionFailures = failures === undefined ? 0 : failures[index]!;
    return { patch, regressionFailures, reproduces: reproduces === undefined ? true : reproduces[index]! };
  });
const FOUR = { numSamples: 4 };

describe('votes and similarity', () => {
  test('of four patches that survive', () => {
    expect(selectByConsistency(candidates(['abcd', 'abcd', 'abxd', 'zzzz']), FOUR)).toMatchObject({
      index: 0,
      scores: [3, 3, 1.875, 1.5],
      survivors: [0, 1, 2, 3],
    });
    expect(selectByConsistency(candidates(['abcd', 'abxd', 'abyd', 'zzzz']), FOUR)).toMatchObject({
      index: 0,
      scores: [1.875, 1.875, 1.875, 1.5],
    });
  });

  test('patches that do not survive are neighbours all the same', () => {
    expect(selectByConsistency(candidates(['abcd', 'abcd', 'abxd', 'zzzz'], [1, 1, 0, 0]), FOUR)).toMatchObject({
      index: 2,
      scores: [null, null, 1.875, 1.5],
      survivors: [2, 3],
    });
  });

  test('of fewer patches than neighbours, the mean is over those there are', () => {
    expect(selectByConsistency(candidates(['abcd', 'abxd']))).toMatchObject({ scores: [1.875, 1.875] });
  });

  test('a patch longer than allowed is like none but its equals', () => {
    const given = candidates(['abcde', 'abcde', 'abcd', 'abcd']);
    expect(selectByConsistency(given).scores[2]).toBeCloseTo(2 + (1 + 1 + 8 / 9 + 8 / 9) / 4, 12);
    expect(selectByConsistency(given, { maxPatchLength: 4 }).scores).toEqual([2.5, 2.5, 2.5, 2.5]);
  });

  test('a more similar patch beats one that only votes speak for, where the sum is larger', () => {
    const { index, scores } = selectByConsistency(candidates(['q', 'abcd', 'abxd', 'w']), FOUR);
    expect(index).toBe(1);
    expect(scores).toEqual([1.5, 1.875, 1.875, 1.5]);
  });
});

describe('survivors', () => {
  test('reproduce, else have the fewest failed regressions, else are not empty', () => {
    const patches = ['a', 'b', 'c'];
    const survivors = (failures: (number | null)[], reproduces: (boolean | null)[]) =>
      selectByConsistency(candidates(patches, failures, reproduces), FOUR).survivors;
    expect(survivors([1, 1, 2], [false, true, true])).toEqual([1]);
    expect(survivors([1, 1, 2], [false, null, true])).toEqual([0, 1]);
    expect(survivors([null, 3, null], [true, true, true])).toEqual([1]);
    expect(survivors([null, null, null], [true, false, true])).toEqual([0, 2]);
  });

  test('an empty patch can have the fewest failed regressions, but is not chosen', () => {
    const { index, survivors } = selectByConsistency(candidates([' \n', 'b', 'c'], [0, 1, 2]), FOUR);
    expect(survivors).toEqual([1, 2]);
    expect(index).toBe(1);
  });

  test('there is nothing to choose from empty patches', () => {
    expect(selectByConsistency(candidates(['', '']), FOUR)).toMatchObject({ index: undefined, survivors: [] });
    expect(selectByConsistency([])).toMatchObject({ index: undefined, scores: [] });
  });
});

test.each([1, 0, 2.5, Number.NaN])('refuses %d samples', (numSamples) => {
  expect(() => selectByConsistency([], { numSamples })).toThrow(expect.objectContaining({ code: 'invalid-options' }));
});

test('refuses counts that cannot be, naming the candidate', () => {
  expect(() => selectByConsistency(candidates(['a', 'b'], [0, -1]))).toThrow(/candidate 1/);
});

test('the order of candidates does not matter but for ties, and scores lie in 1..n+1', () => {
  const candidate = fc.record({
    patch: fc.constantFrom('', 'abcd', 'abce', 'xbcd', 'zz'),
    regressionFailures: fc.constantFrom(0, 1, null),
    reproduces: fc.constantFrom(true, false, null),
  });
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 8 }), (given) => {
      const forward = selectByConsistency(given, FOUR);
      const backward = selectByConsistency([...given].reverse(), FOUR);
      expect([...backward.scores].reverse()).toEqual(forward.scores);
      const worth = (selection: typeof forward) =>
        selection.index === undefined ? undefined : selection.scores[selection.index];
      expect(worth(backward)).toBe(worth(forward));
      for (const score of forward.scores) {
        if (score === null) continue;
        expect(score).toBeGreaterThanOrEqual(1);
        expect(score).toBeLessThanOrEqual(given.length + 1);
      }
    }),
  );
});
