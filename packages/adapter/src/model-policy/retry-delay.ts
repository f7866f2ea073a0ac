import { setTimeout as wait } from 'node:timers/promises';

/**
 * Milliseconds to wait before the next request: what the server asks for and a little more, so that not all come back
 * at once, or exponential with full jitter. `retry`: 1 for the first.
 */
export function retryDelayMs(
  retry: number,
  { minMs, maxMs }: { readonly minMs: number; readonly maxMs: number },
  random: () => number,
  askedMs?: number | undefined,
): number {
  const bound = Math.min(maxMs, minMs * 2 ** (retry - 1));
  return Math.round(askedMs === undefined ? random() * bound : askedMs + random() * Math.min(minMs, maxMs));
}

/** The header Retry-After in milliseconds, from seconds or an HTTP date; undefined where it says nothing usable. */
export function readRetryAfterMs(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

/** Rejects with the signal's reason. */
export async function waitMs(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(delayMs, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
