import type { ChatMessage } from '@swe-selfplay/trajectory';

/** What the scripted model says next. Rendered to tokens, and then read back by the server as an engine would. */
export interface ScriptedReply {
  readonly text?: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly ScriptedCall[];
  /** Default `stop`: the reply ends with the token that ends a message. The others end without it. */
  readonly finish?: 'stop' | 'length' | 'abort' | 'content_filter';
}

export interface ScriptedCall {
  readonly name: string;
  /** An object, or a string that is written as it is, malformed or not. */
  readonly arguments: unknown;
}

export interface ModelTurn {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly unknown[];
  /** Messages of the assistant so far. */
  readonly turn: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export type ScriptedModel = (request: ModelTurn) => ScriptedReply | Promise<ScriptedReply>;

/**
 * What goes wrong with one answer. `cut`: half a body, then the connection is closed. `reset`: no byte, then RST.
 * `slow`: the right answer in twenty pieces, 20 ms apart. `not-json`: 200 with a page of HTML. `empty`: 200 without a body.
 * `hang`: no byte ever. `stream-error`: an error as an event in the middle of a stream (not streamed: 500).
 * `misaligned`: one log-probability fewer than tokens. `no-logprobs`, `no-token-ids`: asked for and left out.
 */
export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown }
  | 'cut'
  | 'reset'
  | 'slow'
  | 'not-json'
  | 'empty'
  | 'hang'
  | 'stream-error'
  | 'misaligned'
  | 'no-logprobs'
  | 'no-token-ids';

export interface ModelServerOptions {
  /** `plain`: an OpenAI-compatible server that ignores log-probabilities and all fields that capture tokens. */
  readonly engine: 'vllm' | 'sglang' | 'plain';
  readonly model: ScriptedModel;
  /** Default `toy`. */
  readonly modelName?: string;
  /** Longest conversation, answer included; a token is a byte. Default 1000000. */
  readonly contextTokens?: number;
  /** Each answer waits so long. Default 0. */
  readonly thinkMs?: number;
  /** Default `processed`, which is what vLLM gives with --logprobs-mode processed_logprobs. */
  readonly logprobsMode?: 'raw' | 'processed';
  /**
   * The version of the weights now, asked when a request comes and when it is answered; another one then means that they
   * changed half-way. For vLLM it makes the server one in development mode, with /weight_info. Default: `default`.
   */
  readonly weightVersion?: () => string;
  /** Default true. vLLM refuses tools without it; SGLang and plain servers leave calls in the text. */
  readonly hasToolParser?: boolean;
  /** Reasoning comes apart from the text. Default false. */
  readonly reasoningParser?: boolean;
  /** Whether usage tells of tokens that were cached; engines do when they are started so. Default true. */
  readonly reportsCachedTokens?: boolean;
  readonly apiKey?: string;
  /** Asked for each request for an answer of the model, counted from 0. */
  readonly fault?: (requestIndex: number, body: unknown) => Fault | undefined;
  /**
   * How a vLLM refuses a conversation that is too long. Default `new`: 0.32, which refuses a prompt that does not fit and
   * shortens the reply otherwise. `passed`: 0.17, `too-large`: 0.10, which count the tokens asked for as well. `old`:
   * before that, with flat errors.
   */
  readonly overflowText?: 'old' | 'too-large' | 'passed' | 'new';
  /** Where SGLang puts the sampled ids: its 0.5.23 in the first of these, which is the default. */
  readonly sglangIdsField?: 'response_token_ids' | 'token_ids';
  /** Whether `requests` keeps bodies; long conversations of many episodes fill the memory. Default true. */
  readonly keepsBodies?: boolean;
  /** Tokens in one event of a stream. Default 8. */
  readonly streamTokens?: number;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The parsed JSON; the text where it is none; undefined without a body and where bodies are not kept. */
  readonly body: unknown;
  readonly receivedAt: Date;
  /** The client went away before it had the whole answer. */
  readonly isAbandoned: boolean;
}

export interface ModelServer {
  /** For clients, such as `http://127.0.0.1:40123/v1`. */
  readonly url: string;
  /** All requests of any kind, in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Requests for answers of the model that were under way at the same time. */
  readonly concurrency: { readonly now: number; readonly peak: number };
  /** What the scripted model threw; the client got 500. */
  readonly failures: readonly unknown[];
  close(): Promise<void>;
}
