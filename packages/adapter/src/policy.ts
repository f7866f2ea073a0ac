import type { CaptureLevel, ChatMessage, PolicyRecord, TurnRecord } from '@swe-selfplay/trajectory';
import type { Conversation, ToolCall } from './conversation.js';

/** What a policy says next. Without a tool call it has nothing more to do, and the rollout ends. */
export interface Turn {
  readonly status?: 'answered';
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  /** Set where no call could be read from the reply of a model; it is told why and asked again. */
  readonly malformed?: MalformedReply;
  /** Of a model: what was sent and what came back, exactly. */
  readonly sample?: TurnSample;
}

export interface MalformedReply {
  /** `no-call`: it only talked; `truncated`: it was cut off at its limit; `unreadable`: what looks like a call is none. */
  readonly kind: 'no-call' | 'truncated' | 'unreadable';
  /** For the model to read: what was wrong and what is right. */
  readonly text: string;
}

/** The conversation has become longer than the policy can read: an end, and nobody's failure. */
export interface ContextOverflow {
  readonly status: 'context-overflow';
  readonly reason: string;
}

/** A request to a model and its answer, in the words of the trajectory record. */
export interface TurnSample {
  /**
   * The whole request as it was sent, but for earlier answers: they stand here as they came, though what only answers
   * have, such as reasoning, is not said again.
   */
  readonly messages: readonly ChatMessage[];
  /** `prompt_token_ids` holds the whole prompt. */
  readonly record: Omit<
    TurnRecord,
    'index' | 'messages_delta' | 'restarts_messages' | 'extends_turn' | 'format_error' | 'loss_mask'
  >;
}

/** Who answers and how well its answers are recorded. */
export interface PolicyDescription {
  readonly capture: CaptureLevel;
  readonly record: PolicyRecord;
  /** Longest conversation in tokens, answer included; undefined: not known. */
  readonly contextTokens?: number | undefined;
}

export interface RespondOptions {
  readonly signal: AbortSignal;
  /** Names the rollout, so that a server can keep its conversations apart. */
  readonly rolloutId: string;
  /** Called when the policy has to ask its server again: where time runs out then, the policy failed and not the task. */
  readonly onRetry?: ((reason: string) => void) | undefined;
}

/** Whatever answers the next turn of a conversation: an LLM endpoint, a script, a person. */
export interface Policy {
  readonly name: string;
  /** Undefined: no model, nothing is known of tokens. */
  readonly description?: PolicyDescription | undefined;
  /**
   * Answers the next turn. Holds no state of a conversation: one policy may play several rollouts at once. Throws
   * where it cannot answer; that ends the rollout as `policy-failed` and says nothing about the task.
   */
  respond(conversation: Conversation, options: RespondOptions): Promise<Turn | ContextOverflow>;
}
