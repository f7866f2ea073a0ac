import { centre, deviationOf, sum } from '../advantages/group-statistics.js';
import { checkedCount } from '../checked-numbers.js';
import { expectedInjectorReward } from '../expected-reward.js';
import { checkedGroupSize, checkedProbability, type GroupOptions } from '../reward-options.js';
import { type Episode, settleRewards } from '../settle-rewards.js';
import { createUniform } from './create-uniform.js';

export interface SimulationOptions extends GroupOptions {
  /** Groups of attempts to play, from 2 up; default 2000. */
  readonly groups?: number | undefined;
  /** Decides every attempt; a whole number, default 0. */
  readonly seed?: number | undefined;
}

/** Sampled and exact reward of an injector whose bugs are solved with one probability. */
export interface SimulatedReward {
  readonly solveProbability: number;
  /** Mean reward over the groups. */
  readonly mean: number;
  /** Standard deviation of that mean. */
  readonly standardError: number;
  /** R(p), see `expectedInjectorReward`. */
  readonly expected: number;
  /** Groups in which no attempt, or every attempt, solved the bug: they teach the solver nothing. */
  readonly uniformGroups: number;
}

/**
 * Plays groups of attempts by chance, each solved with `solveProbability`, settles them as a trainer's episodes are
 * (`settleRewards`), and compares the injector's mean reward with the closed form. Equal options give equal numbers.
 * Throws RewardError for options out of range.
 */
export function simulateInjectorReward(solveProbability: number, options: SimulationOptions = {}): SimulatedReward {
  const groups = checkedCount('groups', options.groups ?? 2000, 2);
  const groupSize = checkedGroupSize(options.groupSize);
  const p = checkedProbability('solveProbability', solveProbability);
  const uniform = createUniform(options.seed ?? 0);
  const rewards: number[] = [];
  let uniformGroups = 0;
  for (let group = 0; group < groups; group++) {
    const [injector] = settleRewards(
      playGroup(groupSize, () => uniform() < p),
      options,
    );
    rewards.push(injector!.reward!);
    const { solved } = injector!.components;
    if (solved === 0 || solved === groupSize) uniformGroups += 1;
  }
  return {
    solveProbability: p,
    mean: sum(rewards) / groups,
    standardError: deviationOf(centre(rewards), 'sample') / Math.sqrt(groups),
    expected: expectedInjectorReward(p, options),
    uniformGroups,
  };
}

/** A valid bug and the attempts on it. */
function playGroup(groupSize: number, isSolved: () => boolean): Episode[] {
  const injector: Episode = { id: 'injector', role: 'injector', groupId: 'environment', status: 'valid', bugId: 'bug' };
  const attempts = Array.from({ length: groupSize }, (_, index): Episode => {
    const status = isSolved() ? 'solved' : 'unsolved';
    return { id: `attempt ${index}`, role: 'solver', bugId: 'bug', order: 1, status };
  });
  return [injector, ...attempts];
}
