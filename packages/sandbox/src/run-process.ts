import { type ProcessEnd, type StartRequest, startProcess } from './start-process.js';

/** A host process to run to its end under bounds. */
export interface ProcessRequest extends Omit<StartRequest, 'hasInput' | 'onOutput'> {
  readonly stdin?: Uint8Array | undefined;
  readonly timeoutMs: number;
  /** Both streams together. */
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ProcessResult extends ProcessEnd {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly durationMs: number;
}

/**
 * Runs one process and returns when it ended, by itself or by one of its bounds.
 * Throws SandboxError `host-exhausted` or `sandbox-failed` where it could not be started.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const startedAt = performance.now();
  const output = collectOutput(request.maxOutputBytes, () => child.stop('output-exceeded'));
  const child = startProcess({ ...request, hasInput: request.stdin !== undefined, onOutput: output.add });
  if (request.stdin !== undefined) child.write(request.stdin);
  child.endInput();
  const timer = setTimeout(() => child.stop('timed-out'), request.timeoutMs);
  const onAbort = () => child.stop('cancelled');
  request.signal?.addEventListener('abort', onAbort, { once: true });
  if (request.signal?.aborted) onAbort();
  try {
    const end = await child.ended;
    return { ...end, ...output.finish(), durationMs: performance.now() - startedAt };
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', onAbort);
  }
}

function collectOutput(maxBytes: number, onExceeded: () => void) {
  const chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  let size = 0;
  return {
    add(stream: 'stdout' | 'stderr', chunk: Buffer): boolean {
      const kept = chunk.subarray(0, maxBytes - size);
      if (kept.length > 0) chunks[stream].push(kept);
      size += kept.length;
      if (kept.length < chunk.length) onExceeded();
      return kept.length > 0;
    },
    finish: () => ({ stdout: Buffer.concat(chunks.stdout), stderr: Buffer.concat(chunks.stderr) }),
  };
}
