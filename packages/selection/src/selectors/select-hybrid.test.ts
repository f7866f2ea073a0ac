import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HybridCandidate, type HybridOptions, selectHybrid } from './select-hybrid.js';

const candidates = (...rows: (readonly [number | null, number | null, number | null])[]): HybridCandidate[] =>
  rows.map(([executionFree, regressionPassed, testScore]) => ({ executionFree, regressionPassed, testScore }));

const SIX = candidates([0.9, 9, 3], [0.8, 10, 2], [0.7, 10, 4], [0.6, 10, 4], [0.2, 10, 8], [0.1, 10, 9]);
const FOUR = candidates([0.9, 10, 1], [0.8, 10, 1], [0.3, 10, 5], [0.1, 10, 5]);
const TWO = candidates([0.4, 9, 5], [0.6, 9, 0]);
const ONE = candidates([0.4, 9, 5]);

test.each<[string, HybridCandidate[], HybridOptions, number]>([
  ['six', SIX, { variant: 'code' }, 2],
  ['six', SIX, { variant: 'formula', n: 3 }, 2],
  ['four', FOUR, { variant: 'code' }, 0],
  ['four', FOUR, { variant: 'formula', n: 2 }, 0],
  ['four', FOUR, { variant: 'formula', n: 4 }, 2],
  ['two', TWO, { variant: 'code' }, 1],
  ['two', TWO, { variant: 'code', n: 2 }, 0],
  ['one', ONE, { variant: 'code' }, 0],
  ['one', ONE, { variant: 'formula' }, 0],
  ['one', ONE, { variant: 'notebook' }, 0],
])('of %s candidates, case %#', (_, given, options, index) => {
  expect(selectHybrid(given, options).index).toBe(index);
});

test('the formula leaves out all but the n best by the verifier', () => {
  expect(selectHybrid(SIX, { variant: 'formula', n: 3 }).scores).toEqual([
    0.9,
    2.8,
    4.7,
    -Infinity,
    -Infinity,
    -Infinity,
  ]);
});

test('the formula compares regressions with all candidates, the code with the n best', () => {
  const given = candidates([0.9, 8, 1], [0.8, 8, 5], [0.1, 9, 0], [0.05, 0, 0]);
  expect(selectHybrid(given, { variant: 'code', n: 2 })).toMatchObject({ index: 1, survivors: [1] });
  expect(selectHybrid(given, { variant: 'formula', n: 2 })).toMatchObject({ index: 0, survivors: [0, 1] });
});

describe('the notebook', () => {
  const given = candidates([0.9, 10, 1], [0.5, 10, 2], [0.6, 10, 2], [0.1, 10, 9]);

  test('looks at three at least and leaves ties to be averaged', () => {
    expect(selectHybrid(given, { variant: 'notebook' })).toMatchObject({ index: 1, survivors: [1, 2] });
  });

  test('differs from the code in what it makes of ties', () => {
    expect(selectHybrid(given, { variant: 'code', n: 3 }).index).toBe(2);
  });
});

test('candidates with a null anywhere are left out, also where n is counted', () => {
  const given = candidates([null, 99, 99], [0.9, null, 9], [0.8, 1, null], [0.2, 1, 1], [0.3, 1, 0]);
  for (const variant of ['code', 'formula', 'notebook'] as const) {
    const { scores, survivors } = selectHybrid(given, { variant });
    expect(scores.slice(0, 3)).toEqual([null, null, null]);
    expect(survivors.every((index) => index >= 3)).toBe(true);
  }
  expect(selectHybrid(given, { variant: 'code' }).index).toBe(4);
});

test('of equal ones by the verifier the first are among the n best', () => {
  const given = candidates([0.5, 10, 1], [0.5, 10, 2], [0.5, 10, 3]);
  expect(selectHybrid(given, { variant: 'code', n: 2 })).toMatchObject({ index: 1, survivors: [1] });
});

test('there is nothing to choose from no candidates', () => {
  expect(selectHybrid([], { variant: 'code' })).toMatchObject({ index: undefined, scores: [], survivors: [] });
  expect(selectHybrid(candidates([null, 1, 1]), { variant: 'formula' })).toMatchObject({ index: undefined });
});

test('refuses options and candidates that cannot be', () => {
  const withCode = (code: string) => expect.objectContaining({ code });
  expect(() => selectHybrid(ONE, { variant: 'code', n: 0 })).toThrow(withCode('invalid-options'));
  expect(() => selectHybrid(ONE, { variant: 'other' as 'code' })).toThrow(withCode('invalid-options'));
  expect(() => selectHybrid(candidates([0.5, Number.NaN, 0]), { variant: 'code' })).toThrow(
    withCode('invalid-candidate'),
  );
});

const candidate = fc.record({
  executionFree: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  regressionPassed: fc.nat(3),
  testScore: fc.nat(3),
});
const variant = fc.constantFrom('code' as const, 'formula' as const);
const distinct = (given: HybridCandidate[]): boolean =>
  new Set(given.map(({ executionFree }) => executionFree)).size === given.length;

test('the order of candidates does not matter where the verifier tells them apart', () => {
  fc.assert(
    fc.property(fc.array(candidate), variant, (given, variant) => {
      fc.pre(distinct(given));
      const backward = selectHybrid([...given].reverse(), { variant });
      const forward = selectHybrid(given, { variant });
      expect([...backward.scores].reverse()).toEqual(forward.scores);
      expect(backward.scores[backward.index ?? -1]).toBe(forward.scores[forward.index ?? -1]);
    }),
  );
});

test('with n fixed, one more candidate that is worse in every way changes nothing', () => {
  fc.assert(
    fc.property(fc.array(candidate), variant, fc.integer({ min: 1, max: 5 }), (given, variant, n) => {
      const { index } = selectHybrid(given, { variant, n });
      fc.pre(index !== undefined);
      const worse = { executionFree: -1, regressionPassed: -1, testScore: -1 };
      expect(selectHybrid([...given, worse], { variant, n }).index).toBe(index);
    }),
  );
});
