import type { Environment } from '@swe-selfplay/artifact';
import type { TrajectoryRecord } from '@swe-selfplay/trajectory';
import { attemptBug } from './attempt-bug.js';
import { findBug } from './find-bug.js';
import { note } from './journal.js';
import { prepareBug } from './prepare-bug.js';
import { playHigherOrder } from './raise-order.js';
import { type PlayedRound, rewardRound, summariseRound } from './reward-round.js';
import { type RoundOptions, type RoundParts, setUpRound } from './round-setup.js';
import type { RewardRecord, RoundEndRecord } from './run-record.js';
import { dropSettled, settleTrajectories } from './settle-trajectories.js';

/** A round and what everybody earned in it. */
export interface Round extends PlayedRound {
  readonly rewards: readonly RewardRecord[];
  /** The conversations of those players that have them, in the form that trainers read. */
  readonly trajectories: readonly TrajectoryRecord[];
  readonly end: RoundEndRecord;
}

/**
 * Plays one round of self-play on an environment: inject, validate, solve, evaluate, reward. READ THIS FIRST.
 *
 * Each step is recorded in `options.journal` as soon as it is done, and one that is recorded there is not done again.
 * Throws RunError for options out of range and a journal that cannot be written, and the reason of `options.signal`.
 */
export async function playRound(
  environment: Environment,
  parts: RoundParts,
  options: RoundOptions = {},
): Promise<Round> {
  const setup = setUpRound(environment, parts, options);
  const { journal, key, seed, onEvent } = setup;
  note(journal, { ...key, type: 'round-start', seed });
  onEvent({ ...key, type: 'round-start', seed });

  const candidates = await findBug(setup); //                                            1. inject  2. validate
  const preparation = await prepareBug(setup, candidates.at(-1)!); //                    2b. task, leaks
  const bug = preparation?.bug;
  const attempts = bug && (await attemptBug(setup, bug)); //                             3. solve   4. evaluate
  const higherOrder = bug ? await playHigherOrder(setup, bug, attempts!) : []; //        5. again, at what failed
  const played = { candidates, preparation: preparation?.record, bug, attempts, higherOrder };
  const rewards = rewardRound(setup, played); //                                         6. reward
  const trajectories = await settleTrajectories(setup, played, rewards);

  const end = summariseRound(setup, played, rewards);
  note(journal, end);
  await dropSettled(setup, end, trajectories);
  onEvent({ type: 'round-end', record: end });
  return { ...played, rewards, trajectories, end };
}
