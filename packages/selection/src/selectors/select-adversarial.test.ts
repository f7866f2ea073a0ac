import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AdversarialCandidate, selectAdversarial, stopAfter } from './select-adversarial.js';

const WORST: AdversarialCandidate = {
  reproduces: false,
  keepsRegressions: false,
  strengthenedShare: 0,
  iteration: 1,
};

test.each<[string, Partial<AdversarialCandidate>, Partial<AdversarialCandidate>]>([
  ['reproducing beats all else', { reproduces: true }, { keepsRegressions: true, strengthenedShare: 1, iteration: 3 }],
  ['then kept regressions', { keepsRegressions: true }, { strengthenedShare: 1, iteration: 3 }],
  ['then strengthened tests', { strengthenedShare: 0.51 }, { strengthenedShare: 0.5, iteration: 3 }],
  ['then the later iteration', { iteration: 2 }, { iteration: 1 }],
])('%s', (_, better, worse) => {
  expect(
    selectAdversarial([
      { ...WORST, ...worse },
      { ...WORST, ...better },
    ]).index,
  ).toBe(1);
  expect(
    selectAdversarial([
      { ...WORST, ...better },
      { ...WORST, ...worse },
    ]).index,
  ).toBe(0);
});

test('of equals the first, and of those that could not be run none', () => {
  const unknown = { ...WORST, reproduces: true, strengthenedShare: null };
  expect(selectAdversarial([unknown, WORST, WORST])).toMatchObject({
    index: 1,
    scores: [null, 0, 0],
    survivors: [1, 2],
  });
  expect(selectAdversarial([unknown]).index).toBeUndefined();
  expect(selectAdversarial([]).index).toBeUndefined();
});

test('scores are ordered as the choice is', () => {
  const best = { ...WORST, reproduces: true, keepsRegressions: true, strengthenedShare: 1 };
  expect(selectAdversarial([best, { ...best, reproduces: false }, WORST]).scores).toEqual([7, 3, 0]);
});

test.each([{ strengthenedShare: 1.5 }, { strengthenedShare: Number.NaN }, { iteration: -1 }])('refuses %j', (wrong) => {
  expect(() => selectAdversarial([WORST, { ...WORST, ...wrong }])).toThrow(
    expect.objectContaining({ code: 'invalid-candidate', message: expect.stringContaining('candidate 1') }),
  );
});

const candidate = fc.record({
  reproduces: fc.boolean(),
  keepsRegressions: fc.boolean(),
  strengthenedShare: fc.option(fc.constantFrom(0, 0.5, 1)),
  iteration: fc.nat(2),
});

test('the order of candidates does not matter, and worse ones neither', () => {
  fc.assert(
    fc.property(fc.array(candidate), (given) => {
      const chosen = (all: AdversarialCandidate[]) => all[selectAdversarial(all).index ?? -1];
      expect(chosen([...given].reverse())).toEqual(chosen(given));
      fc.pre(chosen(given) !== undefined);
      expect(chosen([...given, { ...WORST, iteration: 0 }])).toEqual(chosen(given));
      for (const score of selectAdversarial(given).scores)
        expect(score === null || (score >= 0 && score <= 7)).toBe(true);
    }),
  );
});

describe('the loop of coder against test writer', () => {
  test.each([
    [[false, false, true], { stop: 3, by: 'passed' }],
    [[true], { stop: 1, by: 'passed' }],
    [[false, false, false], { stop: 3, by: 'cap' }],
    [[false, true, false], { stop: 2, by: 'passed' }],
    [[false, false, false, true], { stop: 3, by: 'cap' }],
    [[false, false], { stop: undefined, by: undefined }],
    [[], { stop: undefined, by: undefined }],
  ])('with history %j', (history, stop) => {
    expect(stopAfter(history)).toEqual(stop);
  });

  test('has a cap of its own', () => {
    expect(stopAfter([false], 1)).toEqual({ stop: 1, by: 'cap' });
    expect(() => stopAfter([], 0)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
  });
});
