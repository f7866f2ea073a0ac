import { conversationsOf, type Said } from '../conversations-of.js';
import { maskFormatErrors } from '../mask-loss.js';
import { promptIdsOf } from '../token-prefix.js';
import { TrajectoryError } from '../trajectory-error.js';
import type { ChatMessage, TrajectoryRecord, TurnRecord } from '../trajectory-record.js';
import { type FunctionTool, requestTools } from './function-tools.js';
import { isRewarded, type SequenceExportOptions, stepRange } from './trainable-sequences.js';

/** A raw choice of a chat completion with the ids that vLLM adds: what ART trains on. */
export interface ArtChoice {
  readonly index: 0;
  readonly finish_reason: 'stop' | 'length' | 'tool_calls' | 'content_filter';
  readonly message: ChatMessage;
  readonly logprobs: { readonly content: readonly ArtLogprob[]; readonly refusal: null };
  readonly prompt_token_ids: readonly number[];
  readonly token_ids: readonly number[];
}

/** `token` is `token_id:` and the id: texts of single tokens are not recorded. */
export interface ArtLogprob {
  readonly token: string;
  readonly bytes: null;
  readonly logprob: number;
  readonly top_logprobs: readonly never[];
}

export interface ArtHistory {
  readonly messages_and_choices: readonly (ChatMessage | ArtChoice)[];
  readonly tools: readonly FunctionTool[] | null;
}

/** Fields of ART's Trajectory (openpipe-art, art/trajectories). */
export interface ArtTrajectory extends ArtHistory {
  /** Further conversations of the same episode. */
  readonly additional_histories: readonly ArtHistory[];
  readonly reward: number;
  /** Steps of the oldest and newest weights; null: not known. */
  readonly initial_policy_version: number | null;
  readonly final_policy_version: number | null;
  readonly metrics: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string | number | null>>;
  readonly logs: readonly string[];
}

export interface ArtGroup {
  readonly trajectories: readonly ArtTrajectory[];
  readonly metadata: { readonly group_id: string; readonly role: string };
}

/**
 * A trajectory for ART. What the policy said is a choice with its ids where it is trained on, and a plain message where
 * not: in captures for evaluation or of text, in trajectories not meant for training, and in turns of which anything is
 * masked, since ART cannot mask single tokens. Has replies to the last turn at the end. Undefined for a trajectory without a
 * reward or without a turn. Throws TrajectoryError `no-tokens` where a turn to train on has no ids or log-probabilities.
 */
export function toArt(record: TrajectoryRecord, options: SequenceExportOptions = {}): ArtTrajectory | undefined {
  if (!isRewarded(record) || record.turns.length === 0) return undefined;
  const offered = requestTools(record);
  const tools = offered.length > 0 ? offered : null;
  const isTrained = record.capture === 'train' && record.trainable;
  const { turns } = options.maskFormatErrors ? maskFormatErrors(record) : record;
  const toItem = ({ from, message, turn }: Said) =>
    from === 'policy' && isTrained && isLearnedFrom(turn) ? toChoice(turns, turn) : message;
  const histories = conversationsOf({ ...record, turns }).map((said) => ({
    messages_and_choices: said.map(toItem),
    tools,
  }));
  const { oldest, newest } = stepRange(record, [...turns.keys()], options.stepOf);
  return {
    ...histories[0]!,
    additional_histories: histories.slice(1),
    reward: record.reward,
    initial_policy_version: oldest,
    final_policy_version: newest,
    metrics: { ...record.counts, ...record.reward_components, turns: turns.length },
    metadata: {
      trajectory_id: record.trajectory_id,
      group_id: record.group_id,
      task_id: record.task_id,
      role: record.role,
      attempt: record.attempt,
      order: record.order,
      stop_reason: record.stop_reason,
    },
    logs: [],
  };
}

/** Trajectories in the groups whose rewards are compared, in the order in which groups first come. */
export function toArtGroups(records: readonly TrajectoryRecord[], options: SequenceExportOptions = {}): ArtGroup[] {
  const groups = new Map<string, ArtGroup & { trajectories: ArtTrajectory[] }>();
  for (const record of records) {
    const trajectory = toArt(record, options);
    if (!trajectory) continue;
    const { group_id, role } = record;
    // Roles are never compared with each other, whatever their groups are called.
    const key = JSON.stringify([role, group_id]);
    const group = groups.get(key) ?? { trajectories: [], metadata: { group_id, role } };
    group.trajectories.push(trajectory);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function isLearnedFrom({ loss_mask, completion_token_ids }: TurnRecord): boolean {
  return !loss_mask?.includes(0) && completion_token_ids?.length !== 0;
}

function toChoice(turns: readonly TurnRecord[], turn: TurnRecord): ArtChoice {
  const { completion_token_ids: ids, completion_logprobs: logprobs, finish_reason: reason } = turn;
  const prompt = promptIdsOf(turns, turn.index);
  if (!prompt || !ids || logprobs?.length !== ids.length) {
    throw new TrajectoryError('no-tokens', `Turn ${turn.index} has no token ids, or no log-probability for each.`);
  }
  return {
    index: 0,
    finish_reason: reason === 'length' || reason === 'tool_calls' || reason === 'content_filter' ? reason : 'stop',
    message: turn.response,
    logprobs: {
      content: ids.map((id, place) => ({
        token: `token_id:${id}`,
        bytes: null,
        logprob: logprobs[place]!,
        top_logprobs: [],
      })),
      refusal: null,
    },
    prompt_token_ids: prompt,
    token_ids: ids,
  };
}
