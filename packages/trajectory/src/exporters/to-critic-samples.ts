import { conversationsOf, type Said } from '../conversations-of.js';
import { hasPassed } from '../filters/has-passed.js';
import { toPlainMessages } from '../to-plain-messages.js';
import { TrajectoryError } from '../trajectory-error.js';
import type { ChatMessage, TrajectoryRecord } from '../trajectory-record.js';
import { type CriticTokens, criticTokensOf } from './critic-tokens.js';
import { requestTools } from './function-tools.js';

/**
 * Labels of an episode's actions, in order; null: it has none and is left out. `tdLabels` of the reward package fits,
 * or any other.
 */
export type CriticLabels = (actions: number, passed: boolean) => readonly number[] | null;

/** One line to train a critic on. */
export interface CriticSample {
  readonly trajectory_id: string;
  readonly role: string;
  readonly group_id: string;
  readonly task_id: string;
  readonly attempt: number;
  /** 0-based number in its trajectory, which nearly always has but one. */
  readonly conversation: number;
  readonly passed: boolean;
  /** Actions of the whole trajectory: what the labels were made of. */
  readonly actions: number;
  /** Ends with what the policy said last. */
  readonly messages: readonly Pick<ChatMessage, 'role' | 'content' | 'tool_calls' | 'tool_call_id'>[];
  /** One for each turn that has one, in order; then the index of its turn, and the place of what it said in `messages`. */
  readonly labels: readonly number[];
  readonly turn_indices: readonly number[];
  readonly message_indices: readonly number[];
  /** The same labels on the sampled ids; empty where not all turns have ids, or they were not asked for. */
  readonly tokens: readonly CriticTokens[];
}

export interface CriticSampleOptions {
  /** `plain`: as the scoring clients send them, see `toPlainMessages`; `chat`: with calls in fields of their own. Default `plain`. */
  readonly messages?: 'plain' | 'chat' | undefined;
  /** Whether turns whose reply held no readable call have no label. They are actions all the same. Default false. */
  readonly maskFormatErrors?: boolean | undefined;
  /** Default true. */
  readonly withTokens?: boolean | undefined;
  /** Whether an episode passed; undefined leaves it out. Default: of a solver `hasPassed`, of an injector undefined. */
  readonly passedOf?: ((record: TrajectoryRecord) => boolean | undefined) | undefined;
}

/**
 * A trajectory as training set of a critic (OpenHands critic, model card openhands-critic-32b-exp-20250417): the
 * conversation and a label for each action, every turn of the policy being one, those with a format error too. One
 * sample, and a further one from each request that did not go on with what was said before; each turn is labelled in the
 * one it was said in. Any capture level will do. Empty where the outcome is not known, which is never a failure, and for
 * a trajectory without a turn. Throws TrajectoryError `invalid-option` where `labels` does not give a finite number for
 * each action.
 */
export function toCriticSamples(
  record: TrajectoryRecord,
  labels: CriticLabels,
  options: CriticSampleOptions = {},
): CriticSample[] {
  const passed = (options.passedOf ?? passedOfSolver)(record);
  const actions = record.turns.length;
  if (passed === undefined || actions === 0) return [];
  const given = labels(actions, passed);
  if (given === null) return [];
  const checked = checkLabels(given, actions);
  const values = record.turns.map(({ format_error }, place) =>
    options.maskFormatErrors && format_error !== undefined ? null : checked[place]!,
  );
  const tokens = options.withTokens === false ? [] : criticTokensOf(record, values);
  const { trajectory_id, role, group_id, task_id, attempt } = record;
  return conversationsOf({ ...record, messages_tail: [] }).map((said, conversation) => {
    const messages = messagesOf(record, said, options.messages ?? 'plain');
    // A system message of its own may stand before what was said.
    const offset = messages.length - said.length;
    const spoken = said.flatMap((one, place) => (one.from === 'policy' ? { index: one.turn.index, place } : []));
    const labelled = spoken.filter(({ index }) => values[index] !== null);
    const indices = new Set(spoken.map(({ index }) => index));
    return {
      ...{ trajectory_id, role, group_id, task_id, attempt, conversation, passed, actions, messages },
      labels: labelled.map(({ index }) => values[index]!),
      turn_indices: labelled.map(({ index }) => index),
      message_indices: labelled.map(({ place }) => place + offset),
      tokens: tokens.filter(({ turn_indices }) => indices.has(turn_indices[0]!)),
    };
  });
}

function passedOfSolver(record: TrajectoryRecord): boolean | undefined {
  return record.role === 'solver' ? hasPassed(record) : undefined;
}

function checkLabels(labels: readonly number[], actions: number): readonly number[] {
  if (labels.length !== actions)
    throw new TrajectoryError(
      'invalid-option',
      `Expected a label for each of ${actions} actions, got ${labels.length}.`,
    );
  const wrong = labels.findIndex((label) => !Number.isFinite(label));
  if (wrong === -1) return labels;
  throw new TrajectoryError(
    'invalid-option',
    `Expected finite labels, and that of action ${wrong} is ${labels[wrong]}.`,
  );
}

function messagesOf(record: TrajectoryRecord, said: readonly Said[], form: 'plain' | 'chat'): CriticSample['messages'] {
  const messages = said.map(({ message }) => message);
  if (form === 'plain') return toPlainMessages(messages, requestTools(record));
  return messages.map(({ role, content, tool_calls, tool_call_id }) => ({
    role,
    content,
    ...(tool_calls?.length && { tool_calls }),
    ...(tool_call_id !== undefined && { tool_call_id }),
  }));
}
