import type { TrajectoryRecord } from '@swe-selfplay/trajectory';
import { type EpisodeOutcome, settleTrajectory } from './compute-rewards.js';
import { allAttempts, type PlayedRound } from './reward-round.js';
import type { RoundSetup } from './round-setup.js';
import type { ConversationSummary, RewardRecord, RoundEndRecord } from './run-record.js';

/** A conversation of a round, what came of it, and what it earned. */
interface SettledEpisode {
  readonly conversation: ConversationSummary | null;
  readonly outcome: EpisodeOutcome;
  readonly reward: RewardRecord;
}

/**
 * Adds to each trajectory of a round what came of it and, unless the trainer does so itself, its reward, and writes it
 * down for good.
 */
export async function settleTrajectories(
  setup: RoundSetup,
  played: PlayedRound,
  rewards: readonly RewardRecord[],
): Promise<TrajectoryRecord[]> {
  const trajectories: TrajectoryRecord[] = [];
  for (const { conversation, outcome, reward } of episodesOf(played, rewards)) {
    if (conversation === null) continue;
    const pending = await setup.journal.loadTrajectory(conversation.trajectory);
    if (pending === undefined) continue;
    trajectories.push(
      settleTrajectory(pending, outcome, setup.settings.settle === 'library' ? reward.reward : undefined),
    );
  }
  setup.journal.writeTrajectories(trajectories);
  return trajectories;
}

/** Lets go of trajectories that are written for good. What failed for infrastructure is played and settled again. */
export async function dropSettled(
  { journal }: RoundSetup,
  end: RoundEndRecord,
  trajectories: readonly TrajectoryRecord[],
): Promise<void> {
  if (end.status !== 'infra') await journal.dropTrajectories(trajectories.map(({ trajectory_id }) => trajectory_id));
}

/** Every episode, in the order in which `rewardRound` rewards them. */
function episodesOf(played: PlayedRound, rewards: readonly RewardRecord[]): SettledEpisode[] {
  const { candidates, bug } = played;
  const ofInjector = candidates.map(
    ({ injection, status }) =>
      ({
        conversation: injection.conversation,
        outcome: {
          role: 'injector',
          status,
          bugId: status === 'valid' ? (bug?.task.id ?? null) : null,
          reason: injection.reason,
        },
      }) as const,
  );
  const ofSolver = allAttempts(played).map(
    ({ attempt, status, evaluation }) =>
      ({
        conversation: attempt.conversation,
        outcome: { role: 'solver', status, reason: evaluation?.reason ?? attempt.reason },
      }) as const,
  );
  return [...ofInjector, ...ofSolver].map((episode, index) => ({ ...episode, reward: rewards[index]! }));
}
