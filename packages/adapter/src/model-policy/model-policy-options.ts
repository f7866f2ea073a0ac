import type { ToolCallFormat } from '../tool-format.js';

/** Sampling as it is asked for; always sent, since servers have defaults of their own. */
export interface SamplingOptions {
  /** Default 1. */
  readonly temperature?: number | undefined;
  /** Default 1. */
  readonly topP?: number | undefined;
  /** Default -1, which is all tokens; sent to the engines that know it. */
  readonly topK?: number | undefined;
  /** Of one reply, reasoning included; default: what the context leaves. */
  readonly maxTokens?: number | undefined;
  /** Each turn of each rollout is given a seed of its own that follows from this one; equal seeds sample the same. */
  readonly seed?: number | undefined;
  readonly stop?: readonly string[] | undefined;
}

export interface RetryOptions {
  /** Requests for one turn, the first included. Default 10. */
  readonly attempts?: number | undefined;
  /** Bound on the first pause; each further bound is twice that. Default 4000. */
  readonly minMs?: number | undefined;
  /** Bound on a pause that the server does not ask for. Default 60000. */
  readonly maxMs?: number | undefined;
}

export interface RetryEvent {
  readonly rolloutId: string;
  /** 1 for the first request that failed. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly reason: string;
}

/** Something that does not stop the work and should be known, such as log-probabilities that were left out. */
export interface PolicyNotice {
  readonly text: string;
  /** Undefined: it concerns every rollout. */
  readonly rolloutId?: string | undefined;
}

export type Engine = 'vllm' | 'sglang' | 'other';

export interface ModelPolicyOptions {
  /** Taken as it is, such as `http://host:8000/v1`; gateways put a session in its path. Messages name its host only. */
  readonly baseUrl: string;
  readonly model: string;
  /** Of the policy, in records. Default: the model's. */
  readonly name?: string | undefined;
  /** Sent as a bearer token and nowhere else. */
  readonly apiKey?: string | undefined;
  /** `auto`: native where the server reads tool calls, the CWM text format elsewhere. */
  readonly format: ToolCallFormat | 'auto';
  readonly sampling?: SamplingOptions | undefined;
  /** Longest conversation, answer included; default: what the server says. */
  readonly contextTokens?: number | undefined;
  /** Further headers of every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Answers come in pieces, for proxies that cut silent connections. Default false. */
  readonly stream?: boolean | undefined;
  /** Fields in which earlier reasoning is said again, such as `reasoning_content`; default: it is not. */
  readonly resendReasoning?: false | readonly string[] | undefined;
  /** Asked when a request is sent and when it is answered. Default: the server, where it can tell. */
  readonly getWeightVersion?: (() => string | Promise<string>) | undefined;
  /** Default `auto`. */
  readonly engine?: Engine | 'auto' | undefined;
  /** Further fields of every request, such as `chat_template_kwargs`; recorded with the sampling. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Of one request; default: none beyond the signal of the rollout. */
  readonly requestTimeoutMs?: number | undefined;
  /** Of each request made while opening. Default 120000. */
  readonly probeTimeoutMs?: number | undefined;
  /** Of the whole opening, retries included. Default 600000. */
  readonly openTimeoutMs?: number | undefined;
  /** Bound on an answer. Default 64 MiB. */
  readonly maxAnswerBytes?: number | undefined;
  /** Ends the opening. */
  readonly signal?: AbortSignal | undefined;
  /** For the pauses between retries, 0 <= x < 1. */
  readonly random?: (() => number) | undefined;
  readonly now?: (() => Date) | undefined;
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
  readonly onNotice?: ((notice: PolicyNotice) => void) | undefined;
}
