import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ADVANTAGE_METHODS, type AdvantageMethod, groupAdvantages } from './group-advantages.js';
import { GRPO_PRESETS } from './grpo-advantages.js';

/** The greatest distance between two lists; Infinity where their lengths or nulls differ. */
function distance(actual: readonly (number | null)[], expected: readonly (number | null)[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const distances = actual.map((value, index) => {
    const other = expected[index]!;
    if (value === null || other === null) return value === other ? 0 : Number.POSITIVE_INFINITY;
    return Math.abs(value - other);
  });
  return Math.max(0, ...distances);
}

const ssr = [1, -1, -1, -1, -1, -1, -1, 1];
const two = (high: number, low: number) => [high, low, low, low, low, low, low, high];

describe('advantages as published', () => {
  test.each([
    ['leave-one-out', [1, 0, 0, 0], [1, -1 / 3, -1 / 3, -1 / 3]],
    ['leave-one-out', [1, 1, 1, 0], [1 / 3, 1 / 3, 1 / 3, -1]],
    ['leave-one-out', ssr, two(12 / 7, -4 / 7)],
    ['leave-one-out', [0.5, 0.25, 0, 1], [1 / 12, -0.25, -7 / 12, 0.75]],
    ['dr-grpo', [1, 0, 0, 0], [0.75, -0.25, -0.25, -0.25]],
    ['dr-grpo', [1, 1, 1, 0], [0.25, 0.25, 0.25, -0.75]],
    ['dr-grpo', ssr, two(1.5, -0.5)],
    ['dr-grpo', [0.5, 0.25, 0, 1], [0.0625, -0.1875, -0.4375, 0.5625]],
  ] as const)('%s of %j', (method, rewards, expected) => {
    expect(distance(groupAdvantages(rewards, method), expected)).toBeLessThan(1e-12);
    if (method === 'leave-one-out') expect(distance(groupAdvantages(rewards, 'rloo'), expected)).toBeLessThan(1e-12);
    else expect(groupAdvantages(rewards, 'kimi')).toEqual(groupAdvantages(rewards, method));
  });

  const population = (values: readonly number[], deviation: number) =>
    values.map((value) => value / (deviation + 1e-6));
  test.each([
    ['rllm', [1, 0, 0, 0], population([0.75, -0.25, -0.25, -0.25], Math.sqrt(3) / 4), [1.732047, -0.577349]],
    ['verl', [1, 0, 0, 0], population([0.75, -0.25, -0.25, -0.25], 0.5), [1.499997, -0.499999]],
    ['rllm', [1, 1, 1, 0], population([0.25, 0.25, 0.25, -0.75], Math.sqrt(3) / 4), [0.577349]],
    ['verl', [1, 1, 1, 0], population([0.25, 0.25, 0.25, -0.75], 0.5), [0.499999]],
    ['rllm', ssr, population(two(1.5, -0.5), Math.sqrt(3) / 2), [1.732049, -0.57735]],
    ['verl', ssr, population(two(1.5, -0.5), Math.sqrt(6 / 7)), [1.620183, -0.540061]],
    [
      'rllm',
      [0.5, 0.25, 0, 1],
      population([0.0625, -0.1875, -0.4375, 0.5625], Math.sqrt(0.546875 / 4)),
      [0.16903, -0.507091, -1.183213, 1.521274],
    ],
    [
      'verl',
      [0.5, 0.25, 0, 1],
      population([0.0625, -0.1875, -0.4375, 0.5625], Math.sqrt(0.546875 / 3)),
      [0.146385, -0.439154, -1.024693, 1.317462],
    ],
  ] as const)('grpo as in %s of %j', (preset, rewards, expected, printed) => {
    const advantages = groupAdvantages(rewards, 'grpo', GRPO_PRESETS[preset]);
    expect(distance(advantages, expected)).toBeLessThan(1e-12);
    expect(distance(advantages.slice(0, printed.length), printed)).toBeLessThan(1e-6);
    const { deviation } = GRPO_PRESETS[preset];
    expect(groupAdvantages(rewards, 'nebius', { deviation })).toEqual(advantages);
  });

  test('without options grpo and nebius take the population deviation and 1e-6', () => {
    const expected = groupAdvantages([1, 0, 0, 0], 'grpo', GRPO_PRESETS.rllm);
    expect(groupAdvantages([1, 0, 0, 0], 'grpo')).toEqual(expected);
    expect(groupAdvantages([1, 0, 0, 0], 'nebius')).toEqual(expected);
    expect(groupAdvantages([1, 0, 0, 0], 'nebius', { delta: 1 })).toEqual(
      groupAdvantages([1, 0, 0, 0], 'grpo', { epsilon: 1 }),
    );
  });
});

test.each([
  ['grpo', {}, 0],
  ['grpo', GRPO_PRESETS.verl, 0.5 / (1 + 1e-6)],
  ['grpo', GRPO_PRESETS.rllm, 0.5 / (1 + 1e-6)],
  ['dr-grpo', {}, 0],
  ['dr-grpo', { groupOfOne: 'reward' }, 0.5],
  ['leave-one-out', {}, 0.5],
  ['leave-one-out', { groupOfOne: 'zero' }, 0],
  ['rloo', {}, 0.5],
  ['rloo', { groupOfOne: 'zero' }, 0],
  ['kimi', {}, 0],
  ['nebius', {}, 0],
] as const)('a group of one by %s with %j gets %d', (method, options, expected) => {
  expect(groupAdvantages([0.5], method, options)).toEqual([expected]);
  expect(groupAdvantages([null, 0.5, null], method, options)).toEqual([null, expected, null]);
});

describe('masked members', () => {
  const rewards = [1, 0, 0, 0];
  const masked = [false, false, true, true];

  test('count in the baseline as in SkyRL-Agent, and have no advantage', () => {
    const advantages = groupAdvantages(rewards, 'leave-one-out', { masked });
    expect(distance(advantages, [1, -1 / 3, null, null])).toBeLessThan(1e-12);
  });

  test('are dropped before the group is formed as in rLLM', () => {
    expect(groupAdvantages(rewards, 'rloo', { masked, baseline: 'unmasked' })).toEqual([1, -1, null, null]);
    const grpo = groupAdvantages(rewards, 'grpo', { ...GRPO_PRESETS.rllm, masked, baseline: 'unmasked' });
    expect(distance(grpo, [0.5 / 0.500001, -0.5 / 0.500001, null, null])).toBeLessThan(1e-12);
  });

  test('must be as many as rewards', () => {
    expect(() => groupAdvantages(rewards, 'grpo', { masked: [true] })).toThrow(
      expect.objectContaining({ name: 'RewardError', code: 'length-mismatch' }),
    );
  });
});

describe.each(ADVANTAGE_METHODS)('%s', (method: AdvantageMethod) => {
  const advantages = (rewards: readonly (number | null)[]) => groupAdvantages(rewards, method);
  // Sixty-fourths, so that shifts and scales are exact and only the method's own rounding is left.
  const reward = fc.integer({ min: -640, max: 640 }).map((value) => value / 64);
  const group = fc.array(fc.option(reward, { freq: 5 }), { maxLength: 12 });
  const several = fc.array(reward, { minLength: 2, maxLength: 12 });

  test('gives a group of none nothing', () => {
    expect(advantages([])).toEqual([]);
    expect(advantages([null, null])).toEqual([null, null]);
  });

  test.each([0.1, 1e-9, 1 / 3, -0.8, 0])('gives equal rewards of %d exactly zero', (value) => {
    for (const size of [2, 3, 7, 8]) expect(advantages(Array(size).fill(value))).toEqual(Array(size).fill(0));
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses %d and names its index',
    (bad) => {
      expect(() => advantages([1, null, bad])).toThrow(
        expect.objectContaining({ code: 'not-finite', message: expect.stringContaining('rewards[2]') }),
      );
    },
  );

  test('refuses rewards whose distance is no number', () => {
    expect(() => advantages([1e308, -1e308])).toThrow(expect.objectContaining({ code: 'not-finite' }));
  });

  test('follows its members into another order, to the bit', () => {
    const shuffled = group.chain((rewards) => {
      const places = rewards.map((_, index) => index);
      return fc.tuple(fc.constant(rewards), fc.shuffledSubarray(places, { minLength: places.length }));
    });
    fc.assert(
      fc.property(shuffled, ([rewards, places]) => {
        const before = advantages(rewards);
        expect(advantages(places.map((place) => rewards[place]!))).toEqual(places.map((place) => before[place]!));
      }),
    );
  });

  test('does not change when a constant is added to all rewards', () => {
    fc.assert(
      fc.property(several, reward, (rewards, shift) => {
        expect(distance(advantages(rewards.map((each) => each + shift)), advantages(rewards))).toBeLessThan(1e-11);
      }),
    );
  });

  test('leaves a null out as if it had never been in the group', () => {
    fc.assert(
      fc.property(group, (rewards) => {
        const known = rewards.filter((each) => each !== null);
        const all = advantages(rewards);
        expect(all.filter((each) => each !== null)).toEqual(advantages(known));
        expect(all.map((each) => each === null)).toEqual(rewards.map((each) => each === null));
      }),
    );
  });

  test('sums to zero over a group of several and keeps the order of rewards', () => {
    fc.assert(
      fc.property(several, (rewards) => {
        const result = advantages(rewards) as number[];
        expect(Math.abs(result.reduce((total, each) => total + each, 0))).toBeLessThan(1e-9);
        for (const [i, high] of rewards.entries())
          for (const [j, low] of rewards.entries()) if (high > low) expect(result[i]!).toBeGreaterThan(result[j]!);
      }),
    );
  });

  const isNormalised = method === 'grpo' || method === 'nebius';
  test(isNormalised ? 'does not change with the scale but for epsilon' : 'scales with its rewards', () => {
    fc.assert(
      fc.property(several, fc.constantFrom(0.5, 2, 8), (rewards, scale) => {
        const scaled = rewards.map((each) => each * scale);
        if (!isNormalised)
          expect(
            distance(
              advantages(scaled),
              advantages(rewards).map((each) => each! * scale),
            ),
          ).toBeLessThan(1e-11);
        else {
          const exact = (values: readonly number[]) => groupAdvantages(values, method, { epsilon: 0, delta: 0 });
          expect(distance(exact(scaled), exact(rewards))).toBeLessThan(1e-11);
        }
      }),
    );
  });
});

test('leave-one-out and RLOO are the same number', () => {
  const rewards = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 16 });
  fc.assert(
    fc.property(rewards, (group) => {
      expect(distance(groupAdvantages(group, 'leave-one-out'), groupAdvantages(group, 'rloo'))).toBeLessThan(
        1e-12 * 20,
      );
    }),
  );
});

test.each(['grpo', 'nebius'] as const)('%s refuses rewards whose deviation is no number', (method) => {
  expect(() => groupAdvantages([1e200, -1e200], method)).toThrow(expect.objectContaining({ code: 'not-finite' }));
});

test.each([-1, Number.NaN])('refuses an epsilon of %d', (epsilon) => {
  expect(() => groupAdvantages([1, 0], 'grpo', { epsilon })).toThrow(
    expect.objectContaining({ code: 'option-out-of-range' }),
  );
});
