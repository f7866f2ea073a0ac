import { createHash } from 'node:crypto';
import type { TrainingSequenceOptions } from '../to-training-sequences.js';
import type { ChatMessage, StopReason, TrajectoryRecord } from '../trajectory-record.js';
import { isTrainable, trainableSequences } from './trainable-sequences.js';

/** Fields of slime's Sample (slime/utils/types.py) that a rollout fills in; `Sample.from_dict` reads them. */
export interface SlimeSample {
  readonly group_index: number;
  readonly index: number;
  /** The same for all samples of one trajectory, so that slime counts it once. */
  readonly rollout_id: number;
  /** What the episode began with. */
  readonly prompt: readonly ChatMessage[];
  readonly tokens: readonly number[];
  /** Empty: what was sampled is in `tokens`. */
  readonly response: '';
  readonly response_length: number;
  readonly label: null;
  /** The trajectory's reward, split among its samples. */
  readonly reward: number;
  /** One for each id of the response. */
  readonly loss_mask: readonly (0 | 1)[];
  readonly rollout_log_probs: readonly number[] | null;
  readonly weight_versions: readonly string[];
  readonly status: 'completed' | 'truncated' | 'failed';
  readonly remove_sample: false;
  /** `raw_reward`: the reward before it was split. */
  readonly metadata: {
    readonly raw_reward: number;
    readonly trajectory_id: string;
    readonly group_id: string;
    readonly role: string;
    readonly stop_reason: StopReason;
    readonly segment: number;
    readonly segments: number;
  };
  readonly session_id: string;
}

export interface SlimeOptions extends TrainingSequenceOptions {
  /** Numbers that the trainer gave its sample; by default they are made of the ids of group and trajectory. */
  readonly groupIndex?: number | undefined;
  readonly index?: number | undefined;
  readonly rolloutId?: number | undefined;
}

const STATUS: Readonly<Partial<Record<StopReason, SlimeSample['status']>>> = {
  'turn-limit': 'truncated',
  'timed-out': 'truncated',
  'context-overflow': 'truncated',
  'format-errors': 'failed',
};

/**
 * A trajectory as samples, one for each training sequence. Of K samples each has reward / K and all have one
 * `rollout_id`, as slime's documents advise for a trajectory in segments. Normalise rewards by `metadata.raw_reward` and
 * `group_index`. Messages after the last turn have no ids and are left out. Empty for a trajectory without a reward or
 * not meant for training. Throws TrajectoryError `no-tokens` for a capture of text or a turn without ids.
 */
export function toSlimeSamples(record: TrajectoryRecord, options: SlimeOptions = {}): SlimeSample[] {
  if (!isTrainable(record)) return [];
  const sequences = trainableSequences(record, options);
  const rolloutId = options.rolloutId ?? options.index ?? numberOf(record.trajectory_id);
  return sequences.map((sequence, segment) => ({
    group_index: options.groupIndex ?? numberOf(record.group_id),
    index: options.index ?? rolloutId,
    rollout_id: rolloutId,
    prompt: record.turns[0]!.messages_delta,
    tokens: sequence.token_ids,
    response: '',
    response_length: sequence.token_ids.length - sequence.prompt_length,
    label: null,
    reward: record.reward / sequences.length,
    loss_mask: sequence.loss_mask.slice(sequence.prompt_length),
    rollout_log_probs: sequence.logprobs?.slice(sequence.prompt_length) ?? null,
    weight_versions: sequence.weight_versions,
    status: STATUS[record.stop_reason] ?? 'completed',
    remove_sample: false,
    metadata: {
      raw_reward: record.reward,
      trajectory_id: record.trajectory_id,
      group_id: record.group_id,
      role: record.role,
      stop_reason: record.stop_reason,
      segment,
      segments: sequences.length,
    },
    session_id: record.trajectory_id,
  }));
}

/** A number of 48 bits that stands for an id: the same one everywhere, and safe as a number in JSON. */
function numberOf(id: string): number {
  return createHash('sha256').update(id).digest().readUIntBE(0, 6);
}
