import { z } from 'zod';
import type { ServerFacts } from './detect-server.js';
import type { ModelServer } from './model-server.js';
import type { Settings } from './settings.js';

/** Tells which weights are served now. */
export interface WeightVersions {
  readonly source: 'caller' | 'server' | 'none';
  /** Null: not known. Rejects with the reason of the signal only. */
  read(signal: AbortSignal): Promise<string | null>;
}

const READ_TIMEOUT_MS = 10_000;

const weightsSchema = z.object({ weight_version: z.union([z.string(), z.number()]) });

/** The caller knows best, since gateways have several servers behind them; otherwise the path of the engine for it. */
export function createWeightVersions(
  server: ModelServer,
  { getWeightVersion, onNotice, redact }: Settings,
  { versionPath }: ServerFacts,
): WeightVersions {
  let isTold = false;
  const unknown = (reason: string) => {
    if (!isTold) onNotice({ text: `The version of the weights is not known: ${redact(reason)}.` });
    isTold = true;
    return null;
  };
  if (getWeightVersion !== undefined)
    return {
      source: 'caller',
      async read(signal) {
        signal.throwIfAborted();
        try {
          return String(await unlessAborted(getWeightVersion(), signal));
        } catch (error) {
          signal.throwIfAborted();
          return unknown(error instanceof Error ? error.message : String(error));
        }
      },
    };
  if (versionPath === undefined) return { source: 'none', read: async () => null };
  return {
    source: 'server',
    async read(signal) {
      const reply = await server.get('root', versionPath, { signal, timeoutMs: READ_TIMEOUT_MS });
      if (reply.status !== 'replied') return unknown(`${versionPath} gave no answer`);
      const weights = weightsSchema.safeParse(reply.json);
      if (weights.success) return String(weights.data.weight_version);
      return unknown(`${versionPath} answered ${reply.statusCode}`);
    },
  };
}

/** Does not outwait the signal, even where the promise does. */
async function unlessAborted<Value>(promise: Value | Promise<Value>, signal: AbortSignal): Promise<Value> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
