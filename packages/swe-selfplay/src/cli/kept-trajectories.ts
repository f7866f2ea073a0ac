import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Trajectory } from '@swe-selfplay/adapter';
import { type EpisodeOutcome, settleTrajectory } from '../compute-rewards.js';
import { type EpisodeOrigin, type EpisodePlace, summariseConversation, toTrajectoryRecord } from '../episode-record.js';
import type { ConversationSummary } from '../run-record.js';
import { openTrajectoryLog } from '../trajectory-log.js';

/** The conversations of a command, written to `trajectories.jsonl` in its folder as they end. */
export interface KeptTrajectories {
  /** Hears of a conversation; of several of one episode the last is its. */
  hear(episode: number, trajectory: Trajectory): void;
  /** Writes the conversation of an episode, if it had one, with what came of it; `reward` undefined leaves it open. */
  settle(episode: number, place: EpisodePlace, outcome: EpisodeOutcome, reward: number | null | undefined): void;
  readonly conversations: readonly ConversationSummary[];
  close(): void;
}

export function keepTrajectories(folder: string, origin: EpisodeOrigin): KeptTrajectories {
  const heard = new Map<number, Trajectory>();
  const conversations: ConversationSummary[] = [];
  const log = openTrajectoryLog(join(folder, 'trajectories.jsonl'));
  return {
    conversations,
    hear: (episode, trajectory) => void heard.set(episode, trajectory),
    settle(episode, place, outcome, reward) {
      const trajectory = heard.get(episode);
      if (trajectory === undefined) return;
      heard.delete(episode);
      mkdirSync(folder, { recursive: true });
      const settled = settleTrajectory(toTrajectoryRecord(trajectory, place, origin), outcome, reward);
      conversations.push(summariseConversation(settled));
      log.append([settled]);
    },
    close: () => log.close(),
  };
}
