import { countAttempts, injectorReward, solveRate, solverReward } from '@swe-selfplay/reward';
import type { PlayedAttempt } from './attempt-bug.js';
import type { Candidate } from './find-bug.js';
import { note } from './journal.js';
import type { RoundSetup } from './round-setup.js';
import type { GroupResult, RewardRecord, RoundEndRecord } from './run-record.js';

/** What was played of a round. The groups are undefined where there was no bug of that order. */
export interface PlayedRound {
  readonly candidates: readonly Candidate[];
  readonly attempts: readonly PlayedAttempt[] | undefined;
  readonly higherOrderAttempts: readonly PlayedAttempt[] | undefined;
}

/**
 * Rewards every episode of a round. Only attempts at the injector's own bug, of order 1, make its solve rate; an
 * episode that broken infrastructure ended earns nothing, which is recorded as null.
 */
export function rewardRound(setup: RoundSetup, played: PlayedRound): readonly RewardRecord[] {
  const group = played.attempts && groupResult(played.attempts);
  const ofCandidates = played.candidates.map(({ injection, status }): RewardRecord => {
    const outcome = { valid: status === 'valid', solveRate: group?.solveRate ?? undefined };
    const reward = status === 'infra' ? undefined : injectorReward(outcome, setup.settings);
    const { candidate } = injection;
    return {
      ...setup.key,
      type: 'reward',
      role: 'injector',
      candidate,
      order: null,
      attempt: null,
      reward: reward ?? null,
    };
  });
  const ofAttempts = [...(played.attempts ?? []), ...(played.higherOrderAttempts ?? [])].map(
    (attempt): RewardRecord => {
      const { order, attempt: number } = attempt.attempt;
      const reward = solverReward(attempt) ?? null;
      return { ...setup.key, type: 'reward', role: 'solver', candidate: null, order, attempt: number, reward };
    },
  );
  const rewards = [...ofCandidates, ...ofAttempts];
  for (const record of rewards) {
    note(setup.journal, record);
    setup.onEvent({ type: 'reward-end', record });
  }
  return rewards;
}

/** What came of a round, in one record. */
export function summariseRound(
  setup: RoundSetup,
  played: PlayedRound,
  rewards: readonly RewardRecord[],
): RoundEndRecord {
  const { candidates, attempts, higherOrderAttempts } = played;
  const all = [...candidates, ...(attempts ?? []), ...(higherOrderAttempts ?? [])];
  const hasBug = candidates.at(-1)?.status === 'valid';
  return {
    ...setup.key,
    type: 'round-end',
    status: all.some(({ status }) => status === 'infra') ? 'infra' : hasBug ? 'played' : 'no-bug',
    candidates: candidates.length,
    artifact: hasBug ? candidates.at(-1)!.injection.artifact : null,
    group: attempts === undefined ? null : groupResult(attempts),
    higherOrderGroup: higherOrderAttempts === undefined ? null : groupResult(higherOrderAttempts),
    injectorReward: rewards.findLast(({ role }) => role === 'injector')?.reward ?? null,
  };
}

function groupResult(attempts: readonly PlayedAttempt[]): GroupResult {
  const counts = countAttempts(attempts);
  return { attempts: attempts.length, ...counts, solveRate: solveRate(counts) ?? null };
}
