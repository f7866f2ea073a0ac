import type { ChatRequest } from './chat-request.js';
import type { Generation } from './generate.js';
import type { ModelServerOptions } from './model-server-options.js';
import type { SplitReply } from './split-reply.js';
import type { TokenLogprobs } from './toy-logprobs.js';

/** The options with their defaults. */
export type ServerSettings = Required<
  Pick<
    ModelServerOptions,
    | 'engine'
    | 'modelName'
    | 'contextTokens'
    | 'logprobsMode'
    | 'hasToolParser'
    | 'reasoningParser'
    | 'reportsCachedTokens'
    | 'overflowText'
    | 'streamTokens'
    | 'sglangIdsField'
  >
> &
  Pick<ModelServerOptions, 'weightVersion' | 'apiKey'>;

/** An answer of the model, before it is put into the words of an engine. */
export interface Answer {
  readonly id: string;
  /** Seconds. */
  readonly created: number;
  readonly request: ChatRequest;
  readonly generation: Generation;
  readonly reply: SplitReply;
  /** Undefined: not asked for. One for each token, unless a fault wants it otherwise. */
  readonly logprobs: readonly TokenLogprobs[] | undefined;
  readonly cachedTokens: number;
  /** Which weights made which tokens. */
  readonly weightVersions: readonly WeightSpan[];
}

export interface WeightSpan {
  readonly version: string;
  readonly start: number;
  readonly end: number;
}

export interface Refusal {
  readonly statusCode: number;
  readonly body: unknown;
}

/** One piece of a streamed answer. */
export interface AnswerPart {
  /** Tokens, from and to. */
  readonly from: number;
  readonly to: number;
  readonly isLast: boolean;
}

/** How one kind of server says what it has to say. */
export interface Engine {
  newId(): string;
  /** Undefined: the request is fine. */
  refuse(request: ChatRequest): Refusal | undefined;
  error(statusCode: number, message: string): Refusal;
  /** To a body that is no JSON (then it is its text) or holds no list of messages. */
  badBody(body: unknown): Refusal;
  unauthorized(path: string): Refusal | undefined;
  chatBody(answer: Answer): unknown;
  /** Events of a stream without `[DONE]`, one part of the tokens after the other. */
  firstEvents(answer: Answer): readonly unknown[];
  events(answer: Answer, part: AnswerPart): readonly unknown[];
  lastEvents(answer: Answer): readonly unknown[];
  /** What is served besides answers; undefined: no such path. */
  page(path: string, body: Readonly<Record<string, unknown>>): unknown;
}

export function usageOf(answer: Answer): {
  readonly prompt_tokens: number;
  readonly total_tokens: number;
  readonly completion_tokens: number;
} {
  const prompt = answer.request.promptIds.length;
  const completion = answer.generation.tokenIds.length;
  return { prompt_tokens: prompt, total_tokens: prompt + completion, completion_tokens: completion };
}

/** Where the tokens before this one end in the text. */
export function textPlace(answer: Answer, token: number): number {
  return answer.generation.shown.slice(0, token).reduce((length, text) => length + text.length, 0);
}
