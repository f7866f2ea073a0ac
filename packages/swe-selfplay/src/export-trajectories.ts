import { tdLabels } from '@swe-selfplay/reward';
import {
  type TrajectoryRecord,
  toArt,
  toAtif,
  toChatJsonl,
  toCriticSamples,
  toSkyRLSteps,
  toSlimeSamples,
  toTrlRollout,
  toVerl,
} from '@swe-selfplay/trajectory';

type Export = (trajectory: TrajectoryRecord, numbers: ExportNumbers) => readonly unknown[];

/** Numbers for trainers that count groups and samples. */
interface ExportNumbers {
  readonly groupIndex: number;
  readonly index: number;
}

/** What trajectories can be written as; each gives the lines of one trajectory. */
export const EXPORT_FORMATS: Readonly<Record<string, Export>> = {
  jsonl: (trajectory) => [trajectory],
  skyrl: (trajectory) => [toSkyRLSteps([trajectory])].filter(({ response_ids }) => response_ids.length > 0),
  verl: (trajectory) => toVerl(trajectory),
  slime: (trajectory, { groupIndex, index }) => toSlimeSamples(trajectory, { groupIndex, index }),
  trl: (trajectory) => toTrlRollout(trajectory),
  art: (trajectory) => listed(toArt(trajectory)),
  atif: (trajectory) => listed(toAtif(trajectory)),
  chat: (trajectory) => toChatJsonl(trajectory),
  critic: (trajectory) => toCriticSamples(trajectory, (actions, passed) => tdLabels({ actions, passed })!),
};

export interface ExportResult {
  /** Values to write, one a line. */
  readonly lines: readonly unknown[];
  /** How many trajectories were left out, by reason. */
  readonly skipped: ReadonlyMap<string, number>;
}

/** Writes trajectories in the form of a trainer. What it cannot take, such as one without a reward, is left out and counted. */
export function exportTrajectories(
  trajectories: readonly TrajectoryRecord[],
  format: keyof typeof EXPORT_FORMATS,
): ExportResult {
  const toLines = EXPORT_FORMATS[format]!;
  const groups = new Map<string, number>();
  const skipped = new Map<string, number>();
  const skip = (reason: string) => skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
  const lines = trajectories.flatMap((trajectory, index) => {
    const groupIndex = groups.get(trajectory.group_id) ?? groups.size;
    groups.set(trajectory.group_id, groupIndex);
    try {
      const made = toLines(trajectory, { groupIndex, index });
      if (made.length === 0) skip(reasonOf(trajectory));
      return made;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'TrajectoryError') throw error;
      skip(error.message);
      return [];
    }
  });
  return { lines, skipped };
}

function reasonOf({ reward_status, trainable, unscorable_reason }: TrajectoryRecord): string {
  if (reward_status === 'pending') return 'Its reward is still pending.';
  return trainable ? 'It holds nothing to train on.' : (unscorable_reason ?? 'It is not trainable.');
}

function listed<Value>(value: Value | undefined): readonly Value[] {
  return value === undefined ? [] : [value];
}
