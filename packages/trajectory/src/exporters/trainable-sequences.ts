import { stepOfVersion } from '../staleness-of.js';
import { type TrainingSequence, type TrainingSequenceOptions, toTrainingSequences } from '../to-training-sequences.js';
import { TrajectoryError } from '../trajectory-error.js';
import type { TrajectoryRecord } from '../trajectory-record.js';
import { versionsOf } from '../versions-of.js';

/** A trajectory whose reward is known. */
export type RewardedRecord = TrajectoryRecord & { readonly reward: number };

/**
 * Whether a trainer of tokens may have a trajectory: its reward is settled, it is meant for training and has turns. One
 * without a reward is left out by every exporter; it never becomes a reward of 0. Throws TrajectoryError `no-tokens` for
 * a capture of text, of which nobody can train tokens.
 */
export function isTrainable(record: TrajectoryRecord): record is RewardedRecord {
  if (record.capture === 'text') {
    const { trajectory_id: id } = record;
    throw new TrajectoryError('no-tokens', `Trajectory ${id} holds text and no token ids. Export it as chat or ATIF.`);
  }
  return isRewarded(record) && record.capture === 'train' && record.trainable && record.turns.length > 0;
}

export function isRewarded(record: TrajectoryRecord): record is RewardedRecord {
  return record.reward_status === 'settled' && Number.isFinite(record.reward);
}

/**
 * The sequences of a trajectory that hold something to learn from; where none does, as in a masked one, those that hold
 * a response, so that the reward still counts. Trainers take no empty responses.
 */
export function trainableSequences(
  record: Pick<TrajectoryRecord, 'turns'>,
  options: TrainingSequenceOptions,
): TrainingSequence[] {
  const sequences = toTrainingSequences(record, options);
  const useful = sequences.filter(({ loss_mask }) => loss_mask.includes(1));
  return useful.length > 0
    ? useful
    : sequences.filter(({ token_ids, prompt_length }) => token_ids.length > prompt_length);
}

/** Steps that the oldest and the newest weights of some turns came from; null where one of them does not tell it. */
export function stepRange(
  { turns }: Pick<TrajectoryRecord, 'turns'>,
  turnIndices: readonly number[],
  stepOf: (version: string) => number | undefined = stepOfVersion,
): { readonly oldest: number | null; readonly newest: number | null } {
  const versions = turnIndices.flatMap((index) => versionsOf(turns[index]!));
  const steps = versions.map((version) => (version === null ? undefined : stepOf(version)));
  const known = steps.filter((step) => step !== undefined);
  if (known.length === 0 || known.length < steps.length) return { oldest: null, newest: null };
  return { oldest: Math.min(...known), newest: Math.max(...known) };
}

/** Options of exporters of token sequences. */
export interface SequenceExportOptions extends TrainingSequenceOptions {
  /** The step that made a version of the weights. Default: `stepOfVersion`. */
  readonly stepOf?: ((version: string) => number | undefined) | undefined;
}
