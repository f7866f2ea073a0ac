import { PolicyError } from '../policy-error.js';
import { retryDelayMs, waitMs } from './retry-delay.js';
import type { Settings } from './settings.js';

export interface FailedRequest {
  /** 1 for the first request that failed. */
  readonly attempt: number;
  readonly reason: string;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** A server that asks for a longer pause than this does not want to be asked again. */
const LONGEST_ASKED_PAUSE_MS = 600_000;

/**
 * Waits before the next request; `onPause` is told for how long. Throws PolicyError `retries-exhausted` where there is
 * to be none, and the reason of the signal when that is aborted.
 */
export async function pauseBeforeRetry(
  host: string,
  { retry, random }: Pick<Settings, 'retry' | 'random'>,
  { attempt, reason, retryAfterMs, cause }: FailedRequest,
  signal: AbortSignal,
  onPause: (delayMs: number) => void,
): Promise<void> {
  if (attempt >= retry.attempts) throw exhausted(host, attempt, reason, cause);
  if (retryAfterMs !== undefined && retryAfterMs > LONGEST_ASKED_PAUSE_MS)
    throw exhausted(host, attempt, `it asks to wait ${Math.round(retryAfterMs / 1000)} s; ${reason}`);
  const delayMs = retryDelayMs(attempt, retry, random, retryAfterMs);
  onPause(delayMs);
  await waitMs(delayMs, signal);
}

function exhausted(host: string, attempts: number, reason: string, cause?: unknown): PolicyError {
  const times = attempts === 1 ? 'once' : `${attempts} times`;
  return new PolicyError('retries-exhausted', `${host} failed ${times}, at last with: ${reason}.`, { cause });
}
