/** Calls under way, each with a signal that is aborted by its caller or by the end of all. */
export interface OpenCalls {
  run<Result>(callerSignal: AbortSignal, call: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  /** Aborts the calls under way with the reason, and refuses further ones with it. */
  end(reason: Error): void;
}

// One signal for all would carry a listener for each call, and AbortSignal.any keeps what it made for as long as the
// longest-lived of its signals.
export function createOpenCalls(): OpenCalls {
  const open = new Set<AbortController>();
  let ended: Error | undefined;
  return {
    async run(callerSignal, call) {
      callerSignal.throwIfAborted();
      if (ended !== undefined) throw ended;
      const controller = new AbortController();
      const onAbort = () => controller.abort(callerSignal.reason);
      callerSignal.addEventListener('abort', onAbort, { once: true });
      open.add(controller);
      try {
        return await call(controller.signal);
      } finally {
        open.delete(controller);
        callerSignal.removeEventListener('abort', onAbort);
      }
    },
    end(reason) {
      ended ??= reason;
      for (const controller of open) controller.abort(ended);
    },
  };
}
