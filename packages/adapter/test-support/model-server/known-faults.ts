import type { Fault } from './model-server-options.js';

/** A gateway that asks to wait. */
export function tooManyRequests(retryAfterSeconds: number): Fault {
  return {
    status: 429,
    headers: { 'retry-after': String(retryAfterSeconds) },
    body: { error: { message: 'Too many requests.', type: 'rate_limit_error', param: null, code: 'rate_limited' } },
  };
}

/** While weights are replaced, as servers for training say it. */
export const PAUSED: Fault = {
  status: 503,
  body: {
    error: { code: 'paused', message: 'generation is paused for a weight update; retry shortly', retryable: true },
  },
};

/** SGLang with a bound on its queue. */
export const QUEUE_FULL: Fault = {
  status: 503,
  body: { object: 'error', message: 'The request queue is full.', type: '503', param: null, code: 503 },
};
