import type { TrajectoryRecord } from '@swe-selfplay/trajectory';
import { describe, expect, test } from 'vitest';
import { aTrajectory, aTurn } from '../../trajectory/test-support/a-trajectory.js';
import { trainingSignals } from './training-signals.js';

type Outcome = 'solved' | 'unsolved' | 'infra';

function attempt(group_id: string, number: number, outcome: Outcome, overrides: Partial<TrajectoryRecord> = {}) {
  const isLost = outcome === 'infra';
  return aTrajectory({
    ...{ trajectory_id: `${group_id}/${number}`, role: 'solver', group_id, order: 1, attempt: number },
    reward: isLost ? null : outcome === 'solved' ? 1 : -1,
    reward_status: isLost ? 'unscorable' : 'settled',
    reward_components: isLost ? {} : { solved: Number(outcome === 'solved') },
    ...overrides,
  });
}

const group = (id: string, outcomes: readonly Outcome[]) =>
  outcomes.map((outcome, index) => attempt(id, index + 1, outcome));

describe('trainingSignals', () => {
  test('computes what a method does, for each group by itself', () => {
    const one = group('a', ['solved', 'unsolved', 'unsolved', 'unsolved']);
    const other = group('b', ['solved', 'solved', 'solved', 'unsolved']);
    const mixed = [one[0]!, other[0]!, ...one.slice(1), ...other.slice(1)];
    const signals = trainingSignals(mixed, 'skyrl');
    expect(signals.map(({ trajectory_id }) => trajectory_id)).toEqual(mixed.map(({ trajectory_id }) => trajectory_id));
    const advantages = (id: string) =>
      signals.filter(({ group_id }) => group_id === id).map(({ advantage }) => advantage);
    expect(advantages('a')).toEqual([1, ...Array(3).fill(expect.closeTo(-1 / 3, 12))]);
    expect(advantages('b')).toEqual([...Array(3).fill(expect.closeTo(1 / 3, 12)), -1]);
  });

  test('leaves infrastructure failures out of the group', () => {
    const whole = trainingSignals(group('a', ['solved', 'unsolved', 'unsolved']), 'kimi-dev');
    const [lost, ...rest] = trainingSignals(group('a', ['infra', 'solved', 'unsolved', 'unsolved']), 'kimi-dev');
    expect(lost).toMatchObject({ reward: null, advantage: null });
    expect(rest.map(({ advantage }) => advantage)).toEqual(whole.map(({ advantage }) => advantage));
  });

  test('masks ends that a method masks and keeps them in the baseline', () => {
    const records = [attempt('a', 1, 'solved'), attempt('a', 2, 'unsolved', { stop_reason: 'turn-limit' })];
    const [solved, cut] = trainingSignals(records, 'skyrl');
    expect([solved!.advantage, cut!.advantage]).toEqual([1, null]);
  });

  test('adds the length penalty of a method', () => {
    const [long] = trainingSignals(
      [attempt('a', 1, 'solved', { turns: Array(25).fill(aTrajectory({}).turns[0]!) }), attempt('a', 2, 'unsolved')],
      'nebius-1',
    );
    expect(long!.reward).toBeCloseTo(0.5, 12);
  });

  test('refuses a penalty on tokens that nobody counted, and needs none where infrastructure failed', () => {
    const uncounted = { turns: [aTurn({ completion_token_ids: null, usage: null })] };
    const records = (outcome: Outcome) => [attempt('a', 1, 'solved'), attempt('a', 2, outcome, uncounted)];
    expect(() => trainingSignals(records('unsolved'), 'dapo')).toThrow(
      expect.objectContaining({ name: 'RewardError', message: expect.stringContaining('tokens of member 1') }),
    );
    expect(trainingSignals(records('infra'), 'dapo')[1]).toMatchObject({ reward: null, advantage: null });
    expect(trainingSignals(records('unsolved'), 'skyrl')[1]).toMatchObject({ reward: 0, advantage: -1 });
  });

  test('takes the orders of a bug for groups of their own', () => {
    const second = group('a', ['solved', 'unsolved']).map((record) => ({ ...record, order: 2 as const }));
    const signals = trainingSignals([...group('a', ['unsolved', 'unsolved']), ...second], 'kimi-dev');
    expect(signals.map(({ advantage }) => advantage)).toEqual([0, 0, 0.5, -0.5]);
  });

  test('drops a group that teaches nothing', () => {
    const signals = trainingSignals(group('a', ['solved', 'solved']), 'dapo');
    expect(signals.map(({ is_group_kept }) => is_group_kept)).toEqual([false, false]);
  });

  test('takes the rewards of injectors as they are', () => {
    const injector = attempt('r', 1, 'solved', { role: 'injector', reward: 0.55, reward_components: { valid: 1 } });
    expect(trainingSignals([injector], 'ssr')[0]).toMatchObject({ role: 'injector', reward: 0.55 });
    const invalid = { reward: -1, reward_components: { valid: 0 }, stop_reason: 'turn-limit' } as const;
    expect(trainingSignals([{ ...injector, ...invalid }], 'deepswe')[0]).toMatchObject({ reward: -1 });
  });
});
