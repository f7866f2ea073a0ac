import { setMaxListeners } from 'node:events';

/** Work that several callers wait for: done once, and given up only when every one of them has given up. */
export interface SharedWork<Result> {
  /** True once every caller has given up: late comers must start anew. */
  readonly isAbandoned: boolean;
  join(signal: AbortSignal | undefined): Promise<Result>;
}

/** Starts `work` at once; its signal fires when the last caller that waits has aborted. */
export function shareWork<Result>(work: (signal: AbortSignal) => Promise<Result>): SharedWork<Result> {
  const controller = new AbortController();
  const result = work(controller.signal);
  result.catch(() => undefined);
  let waiting = 0;
  return {
    get isAbandoned() {
      return controller.signal.aborted;
    },
    join: (signal) =>
      new Promise<Result>((resolve, reject) => {
        if (signal?.aborted) {
          if (waiting === 0) controller.abort(signal.reason);
          return reject(signal.reason as Error);
        }
        waiting += 1;
        const giveUp = () => {
          waiting -= 1;
          if (waiting === 0) controller.abort(signal?.reason);
          reject(signal?.reason as Error);
        };
        // One validation waits for all its runs with one signal; Node takes more than ten for a leak.
        if (signal !== undefined) setMaxListeners(0, signal);
        signal?.addEventListener('abort', giveUp, { once: true });
        result.then(resolve, reject).finally(() => signal?.removeEventListener('abort', giveUp));
      }),
  };
}
