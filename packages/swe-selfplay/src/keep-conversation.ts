import type { StagePass, Trajectory } from '@swe-selfplay/adapter';
import { type EpisodePlace, summariseConversation, toTrajectoryRecord } from './episode-record.js';
import type { RoundSetup } from './round-setup.js';
import type { ConversationSummary } from './run-record.js';
import { timeStages } from './stage-times.js';

/** What an episode needs so that its conversation, if it has one, is kept. */
export interface KeptConversation {
  readonly pass: StagePass;
  readonly onTrajectory: (trajectory: Trajectory) => void;
  /** Keeps the trajectory of the last try; null where there was no conversation. */
  keep(): Promise<ConversationSummary | null>;
}

export function keepConversation(setup: RoundSetup, place: EpisodePlace, pass: StagePass): KeptConversation {
  const timed = timeStages(pass);
  let last: Trajectory | undefined;
  return {
    pass: timed.pass,
    onTrajectory: (trajectory) => {
      last = trajectory;
    },
    async keep() {
      if (last === undefined) return null;
      const { key, environment, settings, injector, solver } = setup;
      const configuration = [settings, injector.name, solver.name];
      const origin = { environment: key.environment, digest: environment.digest, configuration };
      const record = toTrajectoryRecord(last, place, origin, timed.times());
      await setup.journal.saveTrajectory(record);
      return summariseConversation(record);
    },
  };
}
