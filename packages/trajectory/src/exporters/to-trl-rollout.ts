import { TrajectoryError } from '../trajectory-error.js';
import type { TrajectoryRecord } from '../trajectory-record.js';
import { isTrainable, type SequenceExportOptions, stepRange, trainableSequences } from './trainable-sequences.js';

/** One entry of what TRL's `rollout_func` returns, and what its asynchronous trainer needs beside. */
export interface TrlRollout {
  readonly prompt_ids: readonly number[];
  readonly completion_ids: readonly number[];
  /** One for each completion id, 0.0 where the mask is 0. */
  readonly logprobs: readonly number[];
  /** One for each completion id: 1 sampled by the policy and trained on, 0 not. */
  readonly env_mask: readonly (0 | 1)[];
  /** For the reward function, which gets further fields by name. */
  readonly reward: number;
  readonly group_id: string;
  /** The same for all sequences of one trajectory. */
  readonly rollout_id: string;
  /** Step of the oldest weights; null: not known. */
  readonly model_version: number | null;
}

/**
 * A trajectory as rows for TRL, one for each training sequence. `rollout_func` (docs/source/grpo_trainer.md) takes just
 * one row of a completion, so only trajectories of one sequence; the asynchronous trainer takes all rows of one
 * `rollout_id` (input_ids: prompt and completion; completion_mask and old_log_probs: 0 over the prompt). Messages after
 * the last turn have no ids and are left out. Empty for a trajectory without a reward or not meant for training. Throws
 * TrajectoryError `no-tokens` for a capture of text, or a turn without ids or log-probabilities.
 */
export function toTrlRollout(record: TrajectoryRecord, options: SequenceExportOptions = {}): TrlRollout[] {
  if (!isTrainable(record)) return [];
  return trainableSequences(record, options).map((sequence) => {
    const { prompt_length, token_ids, loss_mask, logprobs, turn_indices } = sequence;
    if (!logprobs) {
      throw new TrajectoryError('no-tokens', `Trajectory ${record.trajectory_id} has turns without log-probabilities.`);
    }
    return {
      prompt_ids: token_ids.slice(0, prompt_length),
      completion_ids: token_ids.slice(prompt_length),
      logprobs: logprobs.slice(prompt_length),
      env_mask: loss_mask.slice(prompt_length),
      reward: record.reward,
      group_id: record.group_id,
      rollout_id: record.trajectory_id,
      model_version: stepRange(record, turn_indices, options.stepOf).oldest,
    };
  });
}
