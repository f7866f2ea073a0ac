import { eachFullTurn } from '../expand-turns.js';
import { maskFormatErrors } from '../mask-loss.js';
import type { TrainingSequenceOptions } from '../to-training-sequences.js';
import { TrajectoryError } from '../trajectory-error.js';
import type { TrajectoryRecord } from '../trajectory-record.js';
import { isTrainable, type RewardedRecord } from './trainable-sequences.js';

/** Columns of SkyRL's GeneratorOutput for step-wise training: one entry for each turn of each trajectory. */
export interface SkyRLSteps {
  readonly prompt_token_ids: (readonly number[])[];
  readonly response_ids: (readonly number[])[];
  /** One for each response id: 0, and the reward on the last id of the last step. */
  readonly rewards: (readonly number[])[];
  readonly loss_masks: (readonly (0 | 1)[])[];
  /** `stop` for any reply that the policy ended itself, as SkyRL's filters for over-long ones take it. */
  readonly stop_reasons: string[];
  readonly rollout_metrics: null;
  /** Null where one of the steps has none. */
  readonly rollout_logprobs: (readonly number[])[] | null;
  /** `instance_id`: the group. `repetition_id`: 0-based number in it. */
  readonly trajectory_ids: { readonly instance_id: string; readonly repetition_id: number }[];
  readonly is_last_step: boolean[];
}

/**
 * Trajectories as one GeneratorOutput (SkyRL, skyrl/train/generators/base.py; `generator.step_wise_trajectories=true`):
 * each turn a step with its own prompt and the ids of the engine, steps of a trajectory next to each other. Turns that
 * sampled nothing have no step; messages after the last turn have no ids and are left out. Trajectories without a
 * reward, not meant for training, or without a step are left out. Throws TrajectoryError `no-tokens` for a capture of
 * text or a turn without ids, and `duplicate-attempt` where two trajectories are the same attempt of a group.
 */
export function toSkyRLSteps(records: readonly TrajectoryRecord[], options: TrainingSequenceOptions = {}): SkyRLSteps {
  const steps = records.filter(isTrainable).flatMap((record) => stepsOf(record, options));
  refuseSameAttempts(steps);
  const logprobs = steps.map((step) => step.logprobs);
  return {
    prompt_token_ids: steps.map((step) => step.prompt),
    response_ids: steps.map((step) => step.completion),
    rewards: steps.map((step) => step.completion.map((_, place) => (isLastId(step, place) ? step.reward : 0))),
    loss_masks: steps.map((step) => step.mask),
    stop_reasons: steps.map((step) => step.stopReason),
    rollout_metrics: null,
    rollout_logprobs: logprobs.every((list) => list !== null) ? logprobs : null,
    trajectory_ids: steps.map((step) => ({ instance_id: step.group, repetition_id: step.repetition })),
    is_last_step: steps.map((step) => step.isLast),
  };
}

interface Step {
  readonly prompt: readonly number[];
  readonly completion: readonly number[];
  readonly mask: readonly (0 | 1)[];
  readonly logprobs: readonly number[] | null;
  readonly stopReason: string;
  readonly reward: number;
  readonly group: string;
  readonly repetition: number;
  readonly isLast: boolean;
}

function refuseSameAttempts(steps: readonly Step[]): void {
  const seen = new Set<string>();
  for (const { group, repetition, isLast } of steps) {
    const attempt = JSON.stringify([group, repetition]);
    if (seen.has(attempt)) {
      throw new TrajectoryError(
        'duplicate-attempt',
        `Two trajectories are number ${repetition + 1} of group ${group}.`,
      );
    }
    if (isLast) seen.add(attempt);
  }
}

function isLastId({ isLast, completion }: Step, place: number): boolean {
  return isLast && place === completion.length - 1;
}

function stepsOf(record: RewardedRecord, options: TrainingSequenceOptions): Step[] {
  const { turns } = options.maskFormatErrors ? maskFormatErrors(record) : record;
  const steps: Step[] = [];
  for (const turn of eachFullTurn({ turns })) {
    const { prompt_token_ids: prompt, completion_token_ids: completion, completion_logprobs: logprobs } = turn;
    if (!prompt || !completion) {
      throw new TrajectoryError(
        'no-tokens',
        `Turn ${turn.index} of trajectory ${record.trajectory_id} has no token ids.`,
      );
    }
    if (completion.length === 0) continue;
    steps.push({
      prompt,
      completion,
      mask: turn.loss_mask!.slice(prompt.length),
      logprobs,
      stopReason: turn.finish_reason === 'tool_calls' ? 'stop' : (turn.finish_reason ?? 'unknown'),
      reward: record.reward,
      group: record.group_id,
      repetition: record.attempt - 1,
      isLast: false,
    });
  }
  return steps.map((step, place) => ({ ...step, isLast: place === steps.length - 1 }));
}
