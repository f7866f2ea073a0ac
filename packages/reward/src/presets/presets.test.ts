import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMPACT_FILTERS, type CompactFilter } from '../filters/compact-filtering.js';
import { policyLoss } from '../losses/policy-loss.js';
import { applyPreset, type GroupMember } from './apply-preset.js';
import { GRPO_PLUS_PLUS } from './grpo-plus-plus.js';
import { METHOD_PRESETS, type MethodName } from './method-presets.js';

/** Members that submitted, of 5 steps and 100 tokens, unless said otherwise. */
function group(...members: readonly (Partial<GroupMember> & Pick<GroupMember, 'reward'>)[]): GroupMember[] {
  return members.map((member) => ({ end: 'submitted', steps: 5, tokens: 100, ...member }));
}

const rewardsOf = (name: MethodName, members: readonly GroupMember[]) =>
  applyPreset(members, METHOD_PRESETS[name]).members.map(({ reward }) => reward);
const advantagesOf = (name: MethodName, members: readonly GroupMember[]) =>
  applyPreset(members, METHOD_PRESETS[name]).members.map(({ advantage }) =>
    advantage === null ? null : Number(advantage.toFixed(6)),
  );

const oneOfFour = group({ reward: 1 }, { reward: 0 }, { reward: 0 }, { reward: 0 });

describe('a group of one solved of four', () => {
  test.each([
    ['grpo', [1.499997, -0.499999, -0.499999, -0.499999]],
    ['dapo', [1.499997, -0.499999, -0.499999, -0.499999]],
    ['swe-swiss', [1.499997, -0.499999, -0.499999, -0.499999]],
    ['ssr', [1.732047, -0.577349, -0.577349, -0.577349]],
    ['swe-rl', [1.732047, -0.577349, -0.577349, -0.577349]],
    ['nebius-1', [1.732047, -0.577349, -0.577349, -0.577349]],
    ['dr-grpo', [0.75, -0.25, -0.25, -0.25]],
    ['kimi-dev', [0.75, -0.25, -0.25, -0.25]],
    ['skyrl', [1, -0.333333, -0.333333, -0.333333]],
    ['deepswe', [1, -0.333333, -0.333333, -0.333333]],
  ] as const)('has with %s advantages %j', (name, expected) => {
    expect(applyPreset(oneOfFour, METHOD_PRESETS[name]).isKept).toBe(true);
    expect(advantagesOf(name, oneOfFour)).toEqual(expected);
  });
});

test('length penalties are added before advantages are computed', () => {
  const long = group({ reward: 1, steps: 25 }, { reward: 0, steps: 45, tokens: 18_432 }, { reward: null });
  expect(rewardsOf('nebius-1', long)).toEqual([0.5, -1, null]);
  expect(rewardsOf('nebius-2', long)).toEqual([1 + -15 / 70, -0.5, null]);
  expect(rewardsOf('dapo', long)).toEqual([1, -0.5, null]);
  expect(rewardsOf('skyrl', long)).toEqual([1, 0, null]);
});

test('a penalty without its length is refused, with its member', () => {
  const lengthless: GroupMember[] = [
    { reward: 1, end: 'submitted', steps: 1 },
    { reward: 0, end: 'submitted' },
  ];
  expect(() => applyPreset(lengthless, METHOD_PRESETS['nebius-1'])).toThrow(
    expect.objectContaining({ code: 'count-out-of-range', message: expect.stringContaining('member 1') }),
  );
  expect(() => applyPreset(lengthless, METHOD_PRESETS.skyrl)).not.toThrow();
  expect(() => applyPreset(group({ reward: Number.NaN }), METHOD_PRESETS.skyrl)).toThrow(
    expect.objectContaining({ code: 'not-finite', message: expect.stringContaining('rewards[0]') }),
  );
});

describe('what is left out', () => {
  const equal = group({ reward: 1 }, { reward: 1 }, { reward: null });

  test.each([
    ['dapo', false],
    ['swe-swiss', false],
    ['nebius-1', false],
    ['deepswe', true],
    ['skyrl', true],
  ] as const)('%s keeps a group that solved everything: %s', (name, expected) => {
    expect(applyPreset(equal, METHOD_PRESETS[name]).isKept).toBe(expected);
  });

  test('with Nebius a group of equal outcomes and different lengths still teaches', () => {
    const lengths = group({ reward: 1 }, { reward: 1, steps: 25 });
    expect(applyPreset(lengths, METHOD_PRESETS['nebius-1']).isKept).toBe(true);
  });

  test('with DAPO it does not, whatever the lengths', () => {
    const lengths = group({ reward: 1 }, { reward: 1, tokens: 20_000 });
    expect(applyPreset(lengths, METHOD_PRESETS.dapo).isKept).toBe(false);
  });

  test('a group is uniform without its masked members only where these are dropped before it is formed', () => {
    const cut = group({ reward: 1 }, { reward: 1 }, { reward: 0, end: 'turn-limit' });
    const isKept = (compactFilter: CompactFilter) => applyPreset(cut, { ...METHOD_PRESETS.dapo, compactFilter }).isKept;
    expect(isKept(COMPACT_FILTERS.deepswe)).toBe(true);
    expect(isKept(COMPACT_FILTERS.rllm)).toBe(false);
  });

  test('a group of which nothing is left is left out by all', () => {
    const lost = group({ reward: null }, { reward: null });
    for (const preset of Object.values(METHOD_PRESETS)) expect(applyPreset(lost, preset).isKept).toBe(false);
  });
});

test('masked attempts count in the baseline of SkyRL and DeepSWE', () => {
  const cut = group(
    { reward: 1 },
    { reward: 0 },
    { reward: 0, end: 'turn-limit' },
    { reward: 0, end: 'format-errors' },
  );
  expect(advantagesOf('skyrl', cut)).toEqual([1, -0.333333, null, null]);
  expect(advantagesOf('deepswe', cut)).toEqual([1, -0.333333, null, -0.333333]);
  expect(advantagesOf('nebius-1', cut).includes(null)).toBe(false);
});

test('what DeepSWE masks it has not tested: it counts as unsolved in the baseline', () => {
  const cut = group({ reward: 1 }, { reward: 0 }, { reward: 1, end: 'timed-out' }, { reward: null, end: 'turn-limit' });
  expect(rewardsOf('deepswe', cut)).toEqual([1, 0, 0, null]);
  expect(advantagesOf('deepswe', cut)).toEqual([1, -0.5, null, null]);
  expect(advantagesOf('skyrl', cut)).toEqual([0.5, -1, null, null]);
});

test.each(Object.keys(METHOD_PRESETS) as MethodName[])(
  '%s minds no order, and takes a lost attempt for none',
  (name) => {
    const member = fc.record({
      reward: fc.constantFrom(0, 1, null),
      end: fc.constantFrom('submitted', 'turn-limit', 'timed-out', 'gave-up'),
      steps: fc.nat(40),
      tokens: fc.nat(20_480),
    });
    const ofGroup = (members: readonly GroupMember[]) => applyPreset(members, METHOD_PRESETS[name]);
    fc.assert(
      fc.property(fc.array(member, { maxLength: 10 }), (members) => {
        const { isKept, members: before } = ofGroup(members);
        expect(ofGroup(members.toReversed())).toEqual({ isKept, members: before.toReversed() });
        const known = members.map(({ reward }) => reward !== null);
        expect(ofGroup(members.filter((_, index) => known[index]))).toEqual({
          isKept,
          members: before.filter((_, index) => known[index]),
        });
        for (const [index, { reward, advantage }] of before.entries())
          if (!known[index]) expect([reward, advantage]).toEqual([null, null]);
      }),
    );
  },
);

test('a preset makes a loss of ratios', () => {
  const { clip, aggregation } = METHOD_PRESETS.skyrl;
  const { members } = applyPreset(group({ reward: 1 }, { reward: 0 }), METHOD_PRESETS.skyrl);
  const sequences = members.map(({ advantage }, index) => ({ advantage, ratios: index === 0 ? [1, 1.4] : [5] }));
  const loss = policyLoss(sequences, { clip: clip!, aggregation: aggregation! })!;
  expect(Math.abs(loss - (-2.28 + 3) / 2 / 40_768)).toBeLessThan(1e-12);
});

test('each preset says where it is from, and GRPO++ is what DeepSWE uses', () => {
  for (const { source } of Object.values(METHOD_PRESETS)) expect(source).toMatch(/arXiv|github|together\.ai/);
  const { deepswe } = METHOD_PRESETS;
  expect(GRPO_PLUS_PLUS).toHaveLength(7);
  expect(deepswe).toMatchObject({
    clip: { low: 0.2, high: 0.28 },
    klCoefficient: 0,
    advantage: { method: 'leave-one-out' },
    compactFilter: { ends: ['context-overflow', 'timed-out', 'turn-limit'] },
  });
});
