import type { TrajectoryRecord } from '../trajectory-record.js';
import { isTrainable, type SequenceExportOptions, stepRange, trainableSequences } from './trainable-sequences.js';

/** Fields of verl's AgentLoopOutput (verl/experimental/agent_loop/agent_loop.py). */
export interface VerlOutput {
  readonly prompt_ids: readonly number[];
  /** Sampled ids and the ids of tool replies between them. */
  readonly response_ids: readonly number[];
  /** One for each response id: 1 where it is trained on. */
  readonly response_mask: readonly (0 | 1)[];
  readonly response_logprobs: readonly number[] | null;
  readonly reward_score: number;
  /** Turns of both sides. */
  readonly num_turns: number;
  /** Seconds; `num_preempted` -1: not known. */
  readonly metrics: {
    readonly generate_sequences: number;
    readonly tool_calls: number;
    readonly compute_score: number;
    readonly num_preempted: -1;
  };
  readonly extra_fields: {
    /** Steps of the oldest and newest weights; null: not known. */
    readonly min_global_steps: number | null;
    readonly max_global_steps: number | null;
    readonly trajectory_id: string;
    readonly group_id: string;
    readonly role: string;
  };
}

/**
 * A trajectory as outputs of an agent loop, one for each training sequence, in order. All have the whole reward, as verl
 * gives it to all outputs of one loop. Loops that may return only one output take trajectories of one. Messages after the
 * last turn have no ids and are left out. Empty for a trajectory without a reward or not meant for training. Throws
 * TrajectoryError `no-tokens` for a capture of text or a turn without ids.
 */
export function toVerl(record: TrajectoryRecord, options: SequenceExportOptions = {}): VerlOutput[] {
  if (!isTrainable(record)) return [];
  return trainableSequences(record, options).map((sequence) => {
    const { prompt_length, turn_indices } = sequence;
    const { oldest, newest } = stepRange(record, turn_indices, options.stepOf);
    const played = new Set(turn_indices);
    const toolMs = record.tool_events.reduce((sum, { turn, ms }) => sum + (played.has(turn) ? ms : 0), 0);
    return {
      prompt_ids: sequence.token_ids.slice(0, prompt_length),
      response_ids: sequence.token_ids.slice(prompt_length),
      response_mask: sequence.loss_mask.slice(prompt_length),
      response_logprobs: sequence.logprobs?.slice(prompt_length) ?? null,
      reward_score: record.reward,
      // What is asked and what is answered, for each turn.
      num_turns: 2 * turn_indices.length,
      metrics: {
        generate_sequences: turn_indices.reduce((sum, index) => sum + secondsOf(record, index), 0),
        tool_calls: toolMs / 1000,
        compute_score: 0,
        num_preempted: -1,
      },
      extra_fields: {
        min_global_steps: oldest,
        max_global_steps: newest,
        trajectory_id: record.trajectory_id,
        group_id: record.group_id,
        role: record.role,
      },
    };
  });
}

function secondsOf(record: TrajectoryRecord, index: number): number {
  const { t_start, t_end } = record.turns[index]!;
  return Math.max(0, Date.parse(t_end) - Date.parse(t_start)) / 1000;
}
