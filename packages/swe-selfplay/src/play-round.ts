import type { Environment } from '@swe-selfplay/artifact';
import { createTask, type SolverTask } from '@swe-selfplay/solver';
import { attemptBug } from './attempt-bug.js';
import { type Candidate, findBug } from './find-bug.js';
import { note } from './journal.js';
import { raiseOrder } from './raise-order.js';
import { type PlayedRound, rewardRound, summariseRound } from './reward-round.js';
import { type RoundOptions, type RoundParts, setUpRound } from './round-setup.js';
import type { RewardRecord, RoundEndRecord } from './run-record.js';

/** A round and what everybody earned in it. */
export interface Round extends PlayedRound {
  readonly rewards: readonly RewardRecord[];
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
  const { journal, key, seed, onEvent, settings } = setup;
  note(journal, { ...key, type: 'round-start', seed });
  onEvent({ ...key, type: 'round-start', seed });

  const candidates = await findBug(setup); //                                            1. inject  2. validate
  const bug = candidates.at(-1)!;
  const task = await taskOf(environment, bug);
  const attempts = task && (await attemptBug(setup, task)); //                           3. solve   4. evaluate
  const higherTask = task && settings.higherOrder ? await raiseOrder(setup, task, attempts!) : undefined;
  const higherOrderAttempts = higherTask && (await attemptBug(setup, higherTask)); //    5. again, at what failed
  const played = { candidates, attempts, higherOrderAttempts };
  const rewards = rewardRound(setup, played); //                                         6. reward

  const end = summariseRound(setup, played, rewards);
  note(journal, end);
  onEvent({ type: 'round-end', record: end });
  return { ...played, rewards, end };
}

async function taskOf({ original }: Environment, bug: Candidate): Promise<SolverTask | undefined> {
  if (bug.status !== 'valid') return undefined;
  const { failToPass, passToPass } = bug.validation;
  return createTask({ original, artifact: bug.artifact, failToPass, passToPass, parent: bug.artifact.id });
}
