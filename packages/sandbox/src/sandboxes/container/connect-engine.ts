import { SandboxError } from '../../sandbox-error.js';
import { findEngine } from './engine-address.js';
import { createEngineClient, type EngineClient } from './engine-client.js';

/** The engine, once it has answered. Throws SandboxError `isolation-unavailable` where none does. */
export async function connectEngine(host: string | undefined): Promise<EngineClient> {
  const engine = createEngineClient(findEngine(host));
  try {
    await engine.request('GET', '/_ping', { timeoutMs: 20_000 });
    return engine;
  } catch (error) {
    engine.close();
    throw new SandboxError('isolation-unavailable', `${(error as Error).message}. Is it running, and may you use it?`, {
      cause: error,
    });
  }
}
