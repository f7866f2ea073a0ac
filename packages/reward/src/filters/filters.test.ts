import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupAdvantages } from '../advantages/group-advantages.js';
import { COMPACT_FILTERS, compactMasks, RLLM_COMPACT_FILTERING, rllmCompactFilter } from './compact-filtering.js';
import { dropZeroAdvantages } from './drop-zero-advantages.js';
import { hasMixedOutcomes, hasRewardSpread } from './dynamic-sampling.js';
import { fillBatch } from './fill-batch.js';
import { replaceEmptyTrajectories } from './replace-empty-trajectories.js';

describe('dynamic sampling', () => {
  test('keeps of groups of 8 those with 1 to 7 solved', () => {
    const kept = [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((solved) => hasMixedOutcomes({ solved, graded: 8 }));
    expect(kept).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(hasMixedOutcomes({ solved: 0, graded: 0 })).toBe(false);
  });

  test.each([
    [[0, 1e-6], false],
    [[0, 1.01e-6], true],
    [[1, -1], true],
    [[1], false],
    [[1, null], false],
    [[null, 0, null, 1], true],
    [[], false],
  ])('of rewards %j keeps: %s', (rewards, expected) => {
    expect(hasRewardSpread(rewards)).toBe(expected);
  });

  test('both rules agree on rewards of solved and unsolved', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(1, -1, null)), (rewards) => {
        const known = rewards.filter((reward) => reward !== null);
        const solved = known.filter((reward) => reward === 1).length;
        expect(hasRewardSpread(rewards)).toBe(hasMixedOutcomes({ solved, graded: known.length }));
      }),
    );
  });

  test('refuses what is no number and says where', () => {
    expect(() => hasRewardSpread([0, Number.NaN])).toThrow(
      expect.objectContaining({ code: 'not-finite', message: expect.stringContaining('rewards[1]') }),
    );
    expect(() => hasRewardSpread([0], -1)).toThrow(expect.objectContaining({ code: 'option-out-of-range' }));
  });
});

describe('filling a batch', () => {
  function* counting(log: number[]) {
    try {
      for (let number = 0; ; number++) {
        log.push(number);
        yield number;
      }
    } finally {
      log.push(-1);
    }
  }

  test('draws until enough are kept, none beyond, and closes the stream', async () => {
    const log: number[] = [];
    const filled = await fillBatch(counting(log), { size: 3, keeps: (number) => number % 2 === 1, maxDrawn: 100 });
    expect(filled).toEqual({ status: 'full', batch: [1, 3, 5], drawn: 6 });
    expect(log).toEqual([0, 1, 2, 3, 4, 5, -1]);
  });

  test('ends on a stream without end that has nothing to keep', async () => {
    const filled = await fillBatch(counting([]), { size: 1, keeps: () => false, maxDrawn: 50 });
    expect(filled).toEqual({ status: 'short', batch: [], drawn: 50 });
  });

  test('is short where the stream ends first, also an asynchronous one', async () => {
    async function* two() {
      yield 'a';
      yield 'b';
    }
    const filled = await fillBatch(two(), { size: 3, keeps: () => true, maxDrawn: 9 });
    expect(filled).toEqual({ status: 'short', batch: ['a', 'b'], drawn: 2 });
  });

  test.each([
    { size: 0, maxDrawn: 1 },
    { size: 1, maxDrawn: 0 },
  ])('refuses %j', async (sizes) => {
    await expect(fillBatch([], { ...sizes, keeps: () => true })).rejects.toThrow(
      expect.objectContaining({ code: 'count-out-of-range' }),
    );
  });
});

describe('dropping zero advantages', () => {
  test('keeps what has something to teach', () => {
    const samples = [0, 0.5, null, -1e-9, -0].map((advantage, id) => ({ id, advantage }));
    expect(dropZeroAdvantages(samples).map(({ id }) => id)).toEqual([1, 3]);
    expect(dropZeroAdvantages(samples, 1e-6).map(({ id }) => id)).toEqual([1]);
  });

  test('drops a group of equal rewards whole, whatever they are', () => {
    fc.assert(
      fc.property(fc.double({ min: -2, max: 2, noNaN: true }), fc.integer({ min: 2, max: 16 }), (reward, size) => {
        const samples = groupAdvantages(Array(size).fill(reward), 'nebius').map((advantage) => ({ advantage }));
        expect(dropZeroAdvantages(samples)).toEqual([]);
      }),
    );
  });

  test('refuses what is no number', () => {
    expect(() => dropZeroAdvantages([{ advantage: Number.NaN }])).toThrow(
      expect.objectContaining({ code: 'not-finite' }),
    );
  });
});

describe('compact filtering', () => {
  const ends = ['submitted', 'gave-up', 'turn-limit', 'timed-out', 'context-overflow', 'format-errors', 'cancelled'];
  const kept = (name: keyof typeof COMPACT_FILTERS) => {
    const { masked } = compactMasks(ends, COMPACT_FILTERS[name]);
    return ends.filter((_, index) => !masked[index]);
  };

  test.each([
    ['none', ends],
    ['deepswe', ['submitted', 'gave-up', 'format-errors', 'cancelled']],
    ['rllm', ['submitted', 'gave-up', 'format-errors']],
    ['skyrl-paper', ['submitted', 'gave-up', 'timed-out', 'format-errors', 'cancelled']],
    ['skyrl', ['submitted', 'gave-up', 'cancelled']],
  ] as const)('%s keeps %j', (name, expected) => {
    expect(kept(name)).toEqual(expected);
  });

  test('of rLLM is off by default, and each switch adds its ends', () => {
    expect(RLLM_COMPACT_FILTERING.enable).toBe(false);
    expect(rllmCompactFilter().ends).toEqual([]);
    expect(rllmCompactFilter({ enable: true, envDone: true }).ends).toContain('submitted');
    expect(rllmCompactFilter({ enable: true, unknown: true }).ends).toContain('gave-up');
    const quiet = { enable: true, maxPromptLengthExceeded: false };
    expect(rllmCompactFilter(quiet).ends).toContain('context-overflow');
    expect(rllmCompactFilter({ ...quiet, maxResponseLengthExceeded: false }).ends).not.toContain('context-overflow');
  });

  test('DeepSWE keeps what it masks in the baseline, current rLLM does not', () => {
    const group = ['submitted', 'submitted', 'turn-limit', 'timed-out'];
    const rewards = [1, 0, 0, 0];
    const deepswe = groupAdvantages(rewards, 'leave-one-out', compactMasks(group, COMPACT_FILTERS.deepswe));
    expect(deepswe.map((each) => each?.toFixed(6) ?? null)).toEqual(['1.000000', '-0.333333', null, null]);
    expect(groupAdvantages(rewards, 'rloo', compactMasks(group, COMPACT_FILTERS.rllm))).toEqual([1, -1, null, null]);
  });
});

describe('trajectories without messages', () => {
  const of = (id: string, messages: number, reward: number) => ({ id, messages, reward, end: 'submitted' });

  test('become a copy of a sibling that ended as a runtime error', () => {
    const group = [of('a', 0, 0), of('b', 4, 1), of('c', 6, 0)];
    expect(replaceEmptyTrajectories([group])).toEqual([[{ ...group[1], end: 'sandbox-failed' }, group[1], group[2]]]);
  });

  test('become, in a group that has none, copies from the first group that has all', () => {
    const half = [of('a', 2, 1), of('b', 0, 0)];
    const whole = [of('c', 3, 0), of('d', 3, 1)];
    const empty = [of('e', 0, 0), of('f', 0, 0), of('g', 0, 0)];
    const [, , replaced] = replaceEmptyTrajectories([half, whole, empty], 'error');
    expect(replaced!.map(({ id, end }) => [id, end])).toEqual([
      ['c', 'error'],
      ['d', 'error'],
      ['c', 'error'],
    ]);
  });

  test('stay as they are where there is nothing to copy', () => {
    const empty = [of('a', 0, 0)];
    expect(replaceEmptyTrajectories([empty, []])).toEqual([empty, []]);
  });
});
