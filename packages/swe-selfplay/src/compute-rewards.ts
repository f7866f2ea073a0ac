import { type Episode, settleRewards } from '@swe-selfplay/reward';
import { type TrajectoryRecord, validateTrajectory } from '@swe-selfplay/trajectory';

/** What came of an episode. */
export type EpisodeOutcome =
  | {
      readonly role: 'injector';
      readonly status: 'valid' | 'invalid' | 'infra';
      /** The task of a valid bug. */
      readonly bugId: string | null;
      readonly reason: string;
    }
  | { readonly role: 'solver'; readonly status: 'solved' | 'unsolved' | 'infra'; readonly reason: string };

export interface ComputeRewardsOptions {
  /** Penalty of a bug that nobody or everybody solves, 0..1; default 0.8. */
  readonly alpha?: number | undefined;
  /** Attempts of order 1 that a bug gets; its injector is `pending` while fewer have ended. Default 8. */
  readonly groupSize?: number | undefined;
  /** Bugs that get no more attempts: their injectors are rewarded by those that ended. */
  readonly closed?: Iterable<string> | undefined;
}

/** Adds to a trajectory what came of it, and its reward; undefined leaves the reward open, null means that there is none. */
export function settleTrajectory(
  pending: TrajectoryRecord,
  outcome: EpisodeOutcome,
  reward: number | null | undefined,
): TrajectoryRecord {
  if (outcome.status === 'infra') return withoutReward(pending, outcome.reason);
  const trajectory =
    outcome.role === 'injector'
      ? { ...pending, bug_id: outcome.bugId, reward_components: { valid: Number(outcome.status === 'valid') } }
      : { ...pending, reward_components: { solved: Number(outcome.status === 'solved') } };
  return reward === undefined ? trajectory : withReward(trajectory, reward);
}

/**
 * Settles the rewards of trajectories by what came of each (SSR Eq. 1 and 2): the mode in which the trainer owns the
 * rewards. Takes the trajectories of both roles in any order, and gives them back in that order. An injector whose bug
 * has had too few attempts yet stays `pending`; call it again with more. Rewards that are there already are made anew.
 * Throws RewardError for options out of range.
 */
export function computeRewards(
  trajectories: readonly TrajectoryRecord[],
  options: ComputeRewardsOptions = {},
): TrajectoryRecord[] {
  const settlements = new Map(settleRewards(trajectories.map(toEpisode), options).map((entry) => [entry.id, entry]));
  return trajectories.map((trajectory) => {
    const { status, reward, components } = settlements.get(trajectory.trajectory_id)!;
    if (!hasOutcome(trajectory)) return trajectory;
    const counted = { ...trajectory, reward_components: { ...trajectory.reward_components, ...components } };
    if (status === 'pending') return { ...counted, reward: null, reward_status: 'pending', trainable: false };
    return withReward(counted, reward);
  });
}

/** False where it has not been judged, or never will be. */
function hasOutcome({ reward_components: { valid, solved } }: TrajectoryRecord): boolean {
  return valid !== undefined || solved !== undefined;
}

function toEpisode(trajectory: TrajectoryRecord): Episode {
  const { trajectory_id: id, role, group_id: groupId, bug_id: bugId, reward_components: components } = trajectory;
  if (role === 'injector') {
    if (components.valid === 1 && bugId !== null) return { id, role, groupId, status: 'valid', bugId };
    return { id, role, groupId, status: components.valid === 0 ? 'invalid' : 'infra' };
  }
  const open = trajectory.reward_status === 'pending' ? 'pending' : 'infra';
  const status = components.solved === undefined ? open : components.solved === 1 ? 'solved' : 'unsolved';
  return { id, role, bugId: groupId, order: trajectory.order ?? 1, status };
}

function withReward(trajectory: TrajectoryRecord, reward: number | null): TrajectoryRecord {
  if (reward === null) return withoutReward(trajectory, 'No attempt at its bug could be graded.');
  const { unscorable_reason: _, ...rest } = trajectory;
  const settled: TrajectoryRecord = { ...rest, reward, reward_status: 'settled', trainable: true };
  const obstacle = obstacleToTraining(settled);
  return obstacle === undefined ? settled : { ...settled, trainable: false, unscorable_reason: obstacle };
}

function withoutReward(trajectory: TrajectoryRecord, reason: string): TrajectoryRecord {
  return { ...trajectory, reward: null, reward_status: 'unscorable', trainable: false, unscorable_reason: reason };
}

/** Why a trajectory with a reward is still no sample to train on. */
function obstacleToTraining(trajectory: TrajectoryRecord): string | undefined {
  if (trajectory.capture !== 'train')
    return `Captured at level ${trajectory.capture}: not all ids and log-probabilities.`;
  const fatal = validateTrajectory(trajectory).filter(({ level }) => level === 'FATAL');
  return fatal.length === 0 ? undefined : `Not fit for training: ${fatal.map(({ name }) => name).join(', ')}.`;
}
