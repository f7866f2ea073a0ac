import { countAttempts, hiddenOracleGap, injectorReward, solveRate, solverReward } from '@swe-selfplay/reward';
import type { Bug, PlayedAttempt } from './attempt-bug.js';
import type { Candidate } from './find-bug.js';
import { note } from './journal.js';
import type { HigherOrderGroup } from './raise-order.js';
import type { RoundSetup } from './round-setup.js';
import type { GroupResult, RewardRecord, RoundEndRecord, TaskRecord } from './run-record.js';

/** What was played of a round. */
export interface PlayedRound {
  readonly candidates: readonly Candidate[];
  /** What became of the valid candidate's task; undefined where none was valid. */
  readonly preparation: TaskRecord | undefined;
  /** Undefined where there is no task to hand out; so are the attempts. */
  readonly bug: Bug | undefined;
  readonly attempts: readonly PlayedAttempt[] | undefined;
  readonly higherOrder: readonly HigherOrderGroup[];
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
      parent: null,
      attempt: null,
      reward: reward ?? null,
    };
  });
  const ofAttempts = allAttempts(played).map((attempt): RewardRecord => {
    const { order, parent, attempt: number } = attempt.attempt;
    const reward = solverReward(attempt) ?? null;
    return { ...setup.key, type: 'reward', role: 'solver', candidate: null, order, parent, attempt: number, reward };
  });
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
  const { candidates, preparation, attempts, higherOrder } = played;
  const all = [...candidates, ...(preparation ? [preparation] : []), ...allAttempts(played)];
  const hasBug = candidates.at(-1)?.status === 'valid';
  return {
    ...setup.key,
    type: 'round-end',
    status: all.some(({ status }) => status === 'infra')
      ? 'infra'
      : preparation?.status === 'refused'
        ? 'refused'
        : hasBug
          ? 'played'
          : 'no-bug',
    candidates: candidates.length,
    artifact: hasBug ? candidates.at(-1)!.injection.artifact : null,
    group: attempts === undefined ? null : groupResult(attempts),
    higherOrderGroups: higherOrder.map(({ parent, attempts: ofGroup }) => ({ parent, ...groupResult(ofGroup) })),
    injectorReward: rewards.findLast(({ role }) => role === 'injector')?.reward ?? null,
  };
}

/** Those of order 1, then those of order 2 group by group. */
export function allAttempts({ attempts, higherOrder }: PlayedRound): PlayedAttempt[] {
  return [...(attempts ?? []), ...higherOrder.flatMap((group) => group.attempts)];
}

function groupResult(attempts: readonly PlayedAttempt[]): GroupResult {
  const counts = countAttempts(attempts);
  const { judged, publicPassed, privateFailed } = hiddenOracleGap(
    attempts.map(({ evaluation }) => ({ hidden: evaluation?.hidden })),
  );
  const hiddenGap = judged === 0 ? {} : { hiddenGap: { publicPassed, privateFailed } };
  return { attempts: attempts.length, ...counts, solveRate: solveRate(counts) ?? null, ...hiddenGap };
}
