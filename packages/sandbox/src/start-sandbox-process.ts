import { setMaxListeners } from 'node:events';
import { endingOf } from './describe-ending.js';
import type { SandboxProcess } from './sandbox.js';
import { SandboxError } from './sandbox-error.js';
import { type StartRequest, startProcess } from './start-process.js';

/** What a sandbox has to say about a process of its own. */
export interface ProcessSurroundings {
  readonly onOutput: (chunk: Uint8Array) => void;
  /** Aborted when the sandbox closes, which ends the process. */
  readonly closing: AbortSignal;
  /** Gets a promise for as long as anything of the process may be alive. */
  readonly running: Set<Promise<unknown>>;
  /** Whether the kernel has killed for memory since. */
  readonly hasMemoryKill: () => boolean;
}

const START_TIMEOUT_MS = 60_000;
const MAX_REASON_BYTES = 4_000;

/**
 * Starts a process inside the wrapper that `request` describes and returns once the wrapper has done its part.
 * Throws SandboxError `sandbox-failed`, `host-exhausted` or `sandbox-closed` where it does not come so far.
 */
export async function startSandboxProcess(
  request: Omit<StartRequest, 'hasInput' | 'onOutput' | 'stopsTree'>,
  surroundings: ProcessSurroundings,
): Promise<SandboxProcess> {
  const { closing, hasMemoryKill } = surroundings;
  let reason = '';
  let isStarting = true;
  const child = startProcess({
    ...request,
    hasInput: true,
    stopsTree: true,
    onOutput: (_stream, chunk) => {
      if (isStarting && reason.length < MAX_REASON_BYTES) reason += chunk.toString();
      surroundings.onOutput(chunk);
      return true;
    },
  });
  const onClosing = () => child.stop('killed');
  setMaxListeners(0, closing); // There may be many processes, and none is forgotten.
  closing.addEventListener('abort', onClosing, { once: true });
  const ended = finish();
  ended.catch(() => {}); // Whoever asks gets to know.
  surroundings.running.add(ended);

  async function finish(): SandboxProcess['ended'] {
    try {
      const { ending, exitCode } = endingOf(await child.ended, hasMemoryKill());
      const isOwn = ending === 'exited' || ending === 'memory-exceeded';
      return { ending: isOwn ? ending : 'killed', exitCode };
    } finally {
      closing.removeEventListener('abort', onClosing);
      surroundings.running.delete(ended);
    }
  }

  const timer = setTimeout(() => child.stop('timed-out'), START_TIMEOUT_MS);
  const hasBegun = await child.reported;
  clearTimeout(timer);
  isStarting = false;
  if (closing.aborted) {
    await ended.catch(() => {});
    throw new SandboxError('sandbox-closed', 'The sandbox is closed.');
  }
  if (!hasBegun) {
    const { ending } = await ended;
    if (ending !== 'memory-exceeded') {
      const because = reason.trim().slice(0, MAX_REASON_BYTES) || 'no reason given';
      throw new SandboxError('sandbox-failed', `A process could not be started in the sandbox: ${because}`);
    }
  }
  return {
    write: child.write,
    ended,
    async kill() {
      child.stop('killed');
      await ended.catch(() => {});
    },
  };
}
