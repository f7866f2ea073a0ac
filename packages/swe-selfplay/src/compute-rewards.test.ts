import type { TrajectoryRecord } from '@swe-selfplay/trajectory';
import { describe, expect, test } from 'vitest';
import { aTrajectory } from '../../trajectory/test-support/a-trajectory.js';
import { computeRewards, type EpisodeOutcome, settleTrajectory } from './compute-rewards.js';

const BUG = 'bug-1';
const injector = aTrajectory({ trajectory_id: 'injector', role: 'injector', order: null, group_id: 'shelf/1' });
const VALID: EpisodeOutcome = { role: 'injector', status: 'valid', bugId: BUG, reason: '' };

function solver(number: number, status: 'solved' | 'unsolved' | 'infra', order: 1 | 2 = 1): TrajectoryRecord {
  const id = `solver-${order}-${number}`;
  const pending = aTrajectory({
    ...{ trajectory_id: id, role: 'solver', group_id: order === 1 ? BUG : 'bug-2', order, attempt: number },
    ...{ reward: null, reward_status: 'pending', reward_components: {}, trainable: false },
  });
  return settleTrajectory(pending, { role: 'solver', status, reason: 'The sandbox is gone.' }, undefined);
}

function rewardsOf(trajectories: readonly TrajectoryRecord[]): unknown[] {
  return trajectories.map(({ reward, reward_status }) => (reward_status === 'settled' ? reward : reward_status));
}

const pending = settleTrajectory(
  { ...injector, reward: null, reward_status: 'pending', reward_components: {}, trainable: false },
  VALID,
  undefined,
);

describe('computeRewards', () => {
  test('settles both roles once the group is whole', () => {
    const all = [pending, solver(1, 'solved'), solver(2, 'unsolved'), solver(3, 'unsolved'), solver(4, 'unsolved')];
    const settled = computeRewards(all, { groupSize: 4 });
    expect(rewardsOf(settled)).toEqual([expect.closeTo(0.55, 12), 1, -1, -1, -1]);
    expect(settled[0]!.reward_components).toMatchObject({ valid: 1, solve_rate: 0.25, graded: 4, solved: 1 });
    expect(settled.map(({ trainable }) => trainable)).toEqual([true, true, true, true, true]);
    expect(computeRewards(settled, { groupSize: 4 })).toEqual(settled);
  });

  test('leaves the injector pending while attempts are missing, unless its bug is closed', () => {
    const some = [pending, solver(1, 'solved'), solver(2, 'unsolved')];
    expect(rewardsOf(computeRewards(some, { groupSize: 8 }))).toEqual(['pending', 1, -1]);
    expect(rewardsOf(computeRewards(some, { groupSize: 8, closed: [BUG] }))).toEqual([expect.closeTo(0.1, 12), 1, -1]);
  });

  test('what infrastructure ended leaves the group, and is never a wrong reward', () => {
    const all = [pending, solver(1, 'solved'), solver(2, 'infra'), solver(3, 'unsolved')];
    expect(rewardsOf(computeRewards(all, { groupSize: 3 }))).toEqual([expect.closeTo(0.1, 12), 1, 'unscorable', -1]);
    const none = [pending, solver(1, 'infra'), solver(2, 'infra')];
    const settled = computeRewards(none, { groupSize: 2 });
    expect(rewardsOf(settled)).toEqual(['unscorable', 'unscorable', 'unscorable']);
    expect(settled[1]).toMatchObject({ trainable: false, unscorable_reason: 'The sandbox is gone.' });
  });

  test('attempts at bugs of order 2 are rewarded and do not count for the injector', () => {
    const all = [pending, solver(1, 'unsolved'), solver(2, 'solved'), solver(1, 'solved', 2), solver(2, 'solved', 2)];
    expect(rewardsOf(computeRewards(all, { groupSize: 2 }))).toEqual([expect.closeTo(0.1, 12), -1, 1, 1, 1]);
  });

  test('an invalid bug is settled at once', () => {
    const invalid = settleTrajectory(
      pending,
      { ...VALID, status: 'invalid', bugId: null } as EpisodeOutcome,
      undefined,
    );
    expect(rewardsOf(computeRewards([invalid]))).toEqual([-1]);
  });

  test('what was not captured for training is rewarded and not trained on', () => {
    const text = settleTrajectory({ ...pending, capture: 'text' }, VALID, 0.5);
    expect(text).toMatchObject({ reward: 0.5, reward_status: 'settled', trainable: false });
    expect(text.unscorable_reason).toContain('level text');
  });
});
