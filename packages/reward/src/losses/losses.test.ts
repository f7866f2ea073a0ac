import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aggregateLoss, type LossAggregation } from './aggregate-loss.js';
import { clippedPolicyTerm, dualClipLoss, importanceRatio } from './clipped-policy-term.js';
import { klK3 } from './kl-k3.js';
import { policyLoss } from './policy-loss.js';

const ratio = fc.double({ min: 0, max: 10, noNaN: true });
const advantage = fc.double({ min: -5, max: 5, noNaN: true });

describe('the clipped term', () => {
  test.each([
    [1.5, 1, 1.28],
    [1.25, 1, 1.25],
    [1.5, -1, -1.5],
    [0.5, 1, 0.5],
    [0.5, -1, -0.8],
    [1.1, 2, 2.2],
    [0, -1, -0.8],
  ])('at ratio %d and advantage %d is %d', (at, with_, expected) => {
    expect(Math.abs(clippedPolicyTerm(at, with_) - expected)).toBeLessThan(1e-12);
  });

  test('with equal bounds is PPO', () => {
    expect(clippedPolicyTerm(1.25, 1, { low: 0.2, high: 0.2 })).toBe(1.2);
  });

  test('is never a negative zero', () => {
    expect(clippedPolicyTerm(0, -1, { low: 1 })).toBe(0);
    expect(dualClipLoss(0, 1)).toBe(0);
  });

  test('is never more than the term without a clip', () => {
    fc.assert(
      fc.property(ratio, advantage, (at, with_) => {
        expect(clippedPolicyTerm(at, with_)).toBeLessThanOrEqual(at * with_);
      }),
    );
  });

  test.each([
    [Number.NaN, 1, {}, 'not-finite'],
    [1, Number.POSITIVE_INFINITY, {}, 'not-finite'],
    [-0.1, 1, {}, 'option-out-of-range'],
    [1, 1, { low: 1.5 }, 'option-out-of-range'],
    [1, 1, { high: -0.1 }, 'option-out-of-range'],
    [1, 1, { low: Number.NaN }, 'option-out-of-range'],
  ])('refuses ratio %d, advantage %d, %j', (at, with_, options, code) => {
    expect(() => clippedPolicyTerm(at, with_, options)).toThrow(expect.objectContaining({ code }));
  });
});

describe('dual clip', () => {
  test.each([
    [5, -1, 3],
    [2, -1, 2],
    [0.1, -1, 0.8],
    [5, 1, -1.28],
  ])('at ratio %d and advantage %d loses %d', (at, with_, expected) => {
    expect(Math.abs(dualClipLoss(at, with_, { dual: 3 }) - expected)).toBeLessThan(1e-12);
  });

  test('bounds the loss of a negative advantage and changes none of a positive one', () => {
    fc.assert(
      fc.property(ratio, advantage, (at, with_) => {
        const loss = dualClipLoss(at, with_);
        if (with_ < 0) expect(loss).toBeLessThanOrEqual(-3 * with_);
        else expect(loss).toBe(0 - clippedPolicyTerm(at, with_));
      }),
    );
  });

  test('refuses a bound of 1', () => {
    expect(() => dualClipLoss(1, 1, { dual: 1 })).toThrow(expect.objectContaining({ code: 'option-out-of-range' }));
  });
});

test('a ratio is of probabilities, and stays finite', () => {
  expect(importanceRatio(Math.log(0.3), Math.log(0.2))).toBeCloseTo(1.5, 12);
  expect(importanceRatio(0, -1000)).toBe(Math.exp(20));
  expect(importanceRatio(-1000, 0)).toBe(Math.exp(-20));
  expect(importanceRatio(0, -30, Number.POSITIVE_INFINITY)).toBe(Math.exp(30));
});

test.each([-1, Number.NaN])('refuses a bound of %d', (bound) => {
  const refused = expect.objectContaining({ code: 'option-out-of-range' });
  expect(() => importanceRatio(-1, -1, bound)).toThrow(refused);
  expect(() => klK3(-1, -1, bound)).toThrow(refused);
});

describe('k3', () => {
  test.each([
    [-1, -1.2, 0.018731, Math.exp(-1.2 - -1) - (-1.2 - -1) - 1],
    [-1, -0.7, 0.049859, Math.exp(-0.7 - -1) - (-0.7 - -1) - 1],
  ])('of log-probability %d against %d is %d', (own, reference, printed, exact) => {
    expect(Math.abs(klK3(own, reference) - printed)).toBeLessThan(1e-6);
    expect(Math.abs(klK3(own, reference) - exact)).toBeLessThan(1e-12);
  });

  test('keeps its digits near zero, where its terms cancel', () => {
    expect(klK3(0, 1e-9) / 5e-19).toBeCloseTo(1 + 1e-9 / 3, 12);
    expect(klK3(0, -1e-5) / ((1e-10 / 2) * (1 - 1e-5 / 3 + 1e-10 / 12))).toBeCloseTo(1, 13);
    expect(klK3(-2, -2)).toBe(0);
  });

  test('agrees with itself where its two ways meet', () => {
    for (const edge of [0.01, -0.01]) {
      const inside = klK3(0, edge * (1 - 1e-12));
      expect(Math.abs(inside / klK3(0, edge * (1 + 1e-12)) - 1)).toBeLessThan(1e-10);
    }
  });

  test('is never negative, and no more than its maximum', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -20, max: 0, noNaN: true }),
        fc.double({ min: -20, max: 0, noNaN: true }),
        (a, b) => {
          expect(klK3(a, b)).toBeGreaterThanOrEqual(0);
          expect(klK3(a, b, 10)).toBe(Math.min(klK3(a, b), 10));
        },
      ),
    );
  });
});

describe('aggregation', () => {
  const tokens = [
    [1, 1],
    [2, 2, 2, 2],
  ];
  test.each([
    ['token-mean', 10 / 6],
    ['seq-mean-token-mean', 1.5],
    ['seq-mean-token-sum', 5],
    ['seq-mean-token-sum-norm', 0.625],
  ] as const)('%s', (aggregation, expected) => {
    expect(Math.abs(aggregateLoss(tokens, aggregation, { constantLength: 8 })! - expected)).toBeLessThan(1e-12);
  });

  test.each([
    ['token-mean', 10 / 6, 10 / 6],
    ['seq-mean-token-mean', 1, 1.5],
    ['seq-mean-token-sum', 10 / 3, 5],
    ['seq-mean-token-sum-norm', 10 / 24, 0.625],
  ] as const)('%s with a masked sequence: counted %d, left out %d', (aggregation, counted, leftOut) => {
    const masked = [...tokens, [null, null]];
    const options = { constantLength: 8 };
    expect(aggregateLoss(masked, aggregation, options)!).toBeCloseTo(counted, 12);
    expect(aggregateLoss(masked, aggregation, { ...options, emptySequences: 'leave-out' })!).toBeCloseTo(leftOut, 12);
  });

  test('tokens outside the loss change nothing', () => {
    for (const aggregation of ['token-mean', 'seq-mean-token-mean', 'seq-mean-token-sum'] as const)
      expect(
        aggregateLoss(
          [
            [null, 1, 1],
            [2, null, 2, 2, 2],
          ],
          aggregation,
        ),
      ).toBe(aggregateLoss(tokens, aggregation));
  });

  test('of nothing is undefined, not zero', () => {
    expect(aggregateLoss([], 'seq-mean-token-sum')).toBeUndefined();
    expect(aggregateLoss([[null]], 'token-mean')).toBeUndefined();
    expect(aggregateLoss([[null]], 'seq-mean-token-mean', { emptySequences: 'leave-out' })).toBeUndefined();
    expect(aggregateLoss([[null]], 'seq-mean-token-mean')).toBe(0);
  });

  test('names the place of what is no number', () => {
    expect(() => aggregateLoss([[1], [1, Number.NaN]], 'token-mean')).toThrow(
      expect.objectContaining({ code: 'not-finite', message: expect.stringContaining('sequences[1][1]') }),
    );
  });

  test('by a constant needs the constant', () => {
    expect(() => aggregateLoss(tokens, 'seq-mean-token-sum-norm')).toThrow(
      expect.objectContaining({ code: 'option-out-of-range' }),
    );
  });

  test('the order of sequences does not matter, and equal lengths make token and sequence means agree', () => {
    const value = fc.integer({ min: -64, max: 64 });
    const rows = fc
      .integer({ min: 1, max: 6 })
      .chain((length) => fc.array(fc.array(value, { minLength: length, maxLength: length }), { minLength: 1 }));
    fc.assert(
      fc.property(rows, (sequences) => {
        const length = sequences[0]!.length;
        const of = (mode: LossAggregation) => aggregateLoss(sequences, mode, { constantLength: length })!;
        expect(of('token-mean')).toBeCloseTo(of('seq-mean-token-mean'), 9);
        expect(of('seq-mean-token-sum-norm')).toBeCloseTo(of('seq-mean-token-mean'), 9);
        for (const mode of ['token-mean', 'seq-mean-token-mean', 'seq-mean-token-sum'] as const)
          expect(aggregateLoss([...sequences].reverse(), mode)).toBeCloseTo(of(mode), 9);
      }),
    );
  });
});

describe('the loss of a batch', () => {
  const batch = [
    { advantage: 1, ratios: [1, 1.4] },
    { advantage: -1, ratios: [0.7, 1, 1.1] },
  ];
  const clip = { low: 0.2, high: 0.28 };

  test.each([
    ['token-mean', -0.124],
    ['seq-mean-token-mean', (1.14 - 2.9 / 3) / 2],
    ['seq-mean-token-sum-norm', -0.0775],
  ] as const)('by %s is the negated objective %d', (mode, objective) => {
    const loss = policyLoss(batch, { clip, aggregation: { mode, constantLength: 4 } })!;
    expect(Math.abs(loss + objective)).toBeLessThan(1e-12);
  });

  test('leaves out masked sequences and tokens of others, and may be bounded', () => {
    const more = [
      { advantage: 1, ratios: [1, null, 1.4] },
      { advantage: null, ratios: [9, 9] },
      { advantage: -1, ratios: [0.7, 1, 1.1] },
    ];
    const aggregation = { mode: 'token-mean' } as const;
    expect(policyLoss(more, { clip, aggregation })).toBe(policyLoss(batch, { clip, aggregation }));
    const wild = [{ advantage: -1, ratios: [5] }];
    expect(policyLoss(wild, { clip, aggregation })).toBe(5);
    expect(policyLoss(wild, { clip: { ...clip, dual: 3 }, aggregation })).toBe(3);
  });
});
