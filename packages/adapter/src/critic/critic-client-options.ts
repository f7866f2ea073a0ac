import type { RetryOptions } from '../model-policy/model-policy-options.js';

export interface CriticClientOptions {
  /** What the path of the request is put behind, such as `http://host:8000`. Messages name its host only. */
  readonly baseUrl: string;
  readonly model: string;
  /** Of the critic, in records. Default: the model's. */
  readonly name?: string | undefined;
  /** Sent as a bearer token and nowhere else. */
  readonly apiKey?: string | undefined;
  /** Further headers of every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Of one request. Default 300000. */
  readonly timeoutMs?: number | undefined;
  /** Default: 5 attempts, pauses of at most 1000 ms and, twice that each time, of at most 30000 ms. */
  readonly retry?: RetryOptions | undefined;
  /** Bound on an answer. Default 64 MiB. */
  readonly maxAnswerBytes?: number | undefined;
  /** For the pauses between retries, 0 <= x < 1. */
  readonly random?: (() => number) | undefined;
  readonly now?: (() => Date) | undefined;
}
