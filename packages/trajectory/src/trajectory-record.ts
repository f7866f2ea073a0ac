/**
 * The record of one episode, one JSON object a line. Its keys are as on disk, in snake case: trainers read it in Python.
 * `null` means not known, not zero.
 */

/** Raised when the meaning of a field changes; new optional fields do not raise it. */
export const TRAJECTORY_SCHEMA_VERSION = 1;

/** `train`: exact ids and log-probabilities of what was sampled; `eval`: ids, or log-probabilities unfit for training. */
export type CaptureLevel = 'train' | 'eval' | 'text';

/** A message as it went over the wire to the model, or came back; fields of a server that nobody asked for stay in. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string | null;
  readonly tool_calls?: readonly ChatToolCall[];
  readonly tool_call_id?: string;
  /** Kept apart from `content` by the server, or split off it by us. */
  readonly reasoning?: string;
  readonly [field: string]: unknown;
}

export interface ChatToolCall {
  readonly id: string;
  readonly type: 'function';
  /** `arguments` is JSON text, exactly as the model wrote it. */
  readonly function: { readonly name: string; readonly arguments: string };
}

/** One request to the policy and its answer. */
export interface TurnRecord {
  /** 0-based place in the episode. */
  readonly index: number;
  readonly request_id: string | null;
  /**
   * What was said since the turn before: messages of the request after that turn's messages and its response. Where the
   * request did not go on with those, it is the whole request and `restarts_messages` is true.
   */
  readonly messages_delta: readonly ChatMessage[];
  readonly restarts_messages?: true;
  readonly response: ChatMessage;
  readonly finish_reason: string | null;
  readonly stop_reason: string | number | null;
  /**
   * The turn whose prompt and completion ids this turn's prompt begins with, exactly; then `prompt_token_ids` holds only
   * what comes after them. Null: it holds the whole prompt. `expandTurns` undoes this.
   */
  readonly extends_turn: number | null;
  readonly prompt_token_ids: readonly number[] | null;
  /** As the engine returned them; never tokenised again. */
  readonly completion_token_ids: readonly number[] | null;
  /** Natural logarithms, one for each completion id. */
  readonly completion_logprobs: readonly number[] | null;
  /** 0 or 1 for each completion id; absent: all 1. */
  readonly loss_mask?: readonly (0 | 1)[];
  /** What the reply could not be read as, where it held no call that could be executed. */
  readonly format_error?: string;
  /** Version of the weights when the request was sent and when it was answered; different: updated in between. */
  readonly weight_version_start: string | null;
  readonly weight_version_end: string | null;
  readonly weight_spans?: readonly { readonly version: string; readonly start: number; readonly end: number }[];
  readonly sampling_requested: Readonly<Record<string, unknown>>;
  readonly sampling_effective: Readonly<Record<string, unknown>>;
  readonly usage: TokenUsage | null;
  /** ISO 8601. */
  readonly t_start: string;
  readonly t_end: string;
  /** Samples thrown away before this one came. */
  readonly retries: number;
}

export interface TokenUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** Of the prompt tokens, those that the server had in its cache; null where it does not say. */
  readonly cached_tokens: number | null;
}

/** One use of a tool, or of what was none. */
export interface ToolEvent {
  /** Index of the turn that asked for it. */
  readonly turn: number;
  readonly call_id: string;
  readonly tool: string;
  /** `refused`: no such tool, or an input that does not fit; it was not executed. */
  readonly status: 'replied' | 'submitted' | 'refused';
  readonly ms: number;
}

/** Who answered. */
export interface PolicyRecord {
  readonly name: string;
  readonly model: string | null;
  /** Host of the server's address, without path or credentials. */
  readonly base_url_host: string | null;
  readonly engine: 'vllm' | 'sglang' | 'other' | 'none';
  /** `processed`: after temperature and the like, as training needs them; `raw`: before; null: not known. */
  readonly logprobs_mode: 'processed' | 'raw' | null;
  /** Tool-call format: `native`, `cwm`, `xml`, `fence`; null for a policy that needs none. */
  readonly format: string | null;
}

export type StopReason =
  | 'submitted'
  | 'gave-up'
  | 'turn-limit'
  | 'timed-out'
  | 'context-overflow'
  | 'format-errors'
  | 'cancelled'
  | 'policy-failed'
  | 'sandbox-failed';

export interface TrajectoryRecord {
  readonly schema_version: typeof TRAJECTORY_SCHEMA_VERSION;
  readonly trajectory_id: string;
  readonly role: 'injector' | 'solver';
  /** Episodes whose rewards are compared: of a solver the bug, of an injector the repository and seed. */
  readonly group_id: string;
  /** What was worked on: of a solver the bug, of an injector the repository and seed. */
  readonly task_id: string;
  /** 1-based number in its group. */
  readonly attempt: number;
  /** 1: a bug of an injector; 2: one made of a failed attempt; null for an injector. */
  readonly order: 1 | 2 | null;
  /** Of a solver: the injector's trajectory, where there is one; for order 2 the failed attempt's comes after it. */
  readonly parent_ids: readonly string[];
  /** Of a valid injection, the bug: the group of the solver's attempts at it. Null elsewhere. */
  readonly bug_id: string | null;
  readonly seed: number;
  readonly capture: CaptureLevel;
  readonly policy: PolicyRecord;
  readonly tool_set: string;
  /** JSON Schema and description of each tool, as offered. */
  readonly tools: readonly Readonly<Record<string, unknown>>[];
  readonly turns: readonly TurnRecord[];
  /** Replies to the last turn, which no request carried any more. */
  readonly messages_tail: readonly ChatMessage[];
  readonly tool_events: readonly ToolEvent[];
  /** Things counted during the episode: `format_errors`, `checks`, … */
  readonly counts: Readonly<Record<string, number>>;
  readonly reward: number | null;
  /** `pending`: the reward hangs on episodes that have not ended; `unscorable`: there will be none. */
  readonly reward_status: 'settled' | 'pending' | 'unscorable';
  readonly reward_components: Readonly<Record<string, number>>;
  readonly stop_reason: StopReason;
  /** False: leave it out of training, for `unscorable_reason`. */
  readonly trainable: boolean;
  readonly unscorable_reason?: string;
  /** Milliseconds, by stage. */
  readonly timings: Readonly<Record<string, number>>;
  readonly env: {
    readonly environment: string;
    /** Digest of the code that was worked on. */
    readonly digest: string;
    readonly library: string;
    /** Of everything that decided how the episode was played. */
    readonly config_hash: string;
  };
}
