import { spawn } from 'node:child_process';
import { coverInherited } from './inherited-descriptors.js';
import { SandboxError } from './sandbox-error.js';

/** A host process to run under bounds; the wrappers of a sandbox are such processes. */
export interface ProcessRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Host user and group to start as; undefined keeps the current ones. */
  readonly hostUserId?: number;
  readonly stdin?: Uint8Array | undefined;
  readonly timeoutMs: number;
  /** Both streams together. */
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Open file descriptors that the process gets as 4, 5, ... */
  readonly inheritedFds?: readonly number[];
  /** Kills what is left of the process group this long after a whole line of status came. */
  readonly leftoverGraceMs?: number;
  /** Called with the process id and a way to end it, so that a watchdog can; its return value is called at the end. */
  readonly watch?: (processId: number, end: (reason: 'memory-exceeded' | 'killed') => void) => () => void;
}

export type StopReason = 'killed' | 'timed-out' | 'output-exceeded' | 'memory-exceeded' | 'cancelled';

export interface ProcessResult {
  /** Exit code of the process itself, undefined where a signal ended it. */
  readonly exitCode: number | undefined;
  /** What was written to descriptor 3: the wrappers of a sandbox report there. */
  readonly status: string;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly stopReason: StopReason | undefined;
  readonly durationMs: number;
}

const PIPE_GRACE_MS = 500;
const MAX_STATUS_BYTES = 64;
const EXHAUSTED = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE']);

/**
 * Runs one process as leader of its own session and returns when it ended, whatever holds its pipes: every stop kills
 * the process group, and streams that stay open are destroyed after a short grace.
 * Throws SandboxError `host-exhausted` or `sandbox-failed` where it could not be started.
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const startedAt = performance.now();
  const identity = request.hostUserId === undefined ? {} : { uid: request.hostUserId, gid: request.hostUserId };
  const descriptors = request.inheritedFds ?? [];
  const child = spawn(request.file, request.args, {
    env: request.env,
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    ...identity,
    detached: true,
    stdio: coverInherited([request.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', 'pipe', ...descriptors]),
  });
  const output = collectOutput(request.maxOutputBytes, () => stop('output-exceeded'));
  let stopReason: StopReason | undefined;
  let hasExited = false;
  let leftoverTimer: NodeJS.Timeout | undefined;
  let graceTimer: NodeJS.Timeout | undefined;

  function stop(reason: StopReason): void {
    if (hasExited) return;
    stopReason ??= reason;
    killGroup(child.pid);
  }

  const stdout = child.stdio[1]!;
  const stderr = child.stdio[2]!;
  const statusPipe = child.stdio[3]! as NodeJS.ReadableStream & { destroy(): void };
  let status = '';
  stdout.on('data', (chunk: Buffer) => output.add('stdout', chunk)).on('error', ignore);
  stderr.on('data', (chunk: Buffer) => output.add('stderr', chunk)).on('error', ignore);
  statusPipe.on('data', (chunk: Buffer) => {
    if (status.length < MAX_STATUS_BYTES) status += chunk.toString('latin1');
    if (request.leftoverGraceMs === undefined || !status.endsWith('\n')) return;
    leftoverTimer ??= setTimeout(() => killGroup(child.pid), request.leftoverGraceMs);
  });
  statusPipe.on('error', ignore);
  // A command that ends without reading its input is no error: EPIPE.
  child.stdin?.on('error', ignore).end(request.stdin);

  const timer = setTimeout(() => stop('timed-out'), request.timeoutMs);
  const onAbort = () => stop('cancelled');
  request.signal?.addEventListener('abort', onAbort, { once: true });
  if (request.signal?.aborted) onAbort();
  const unwatch = child.pid === undefined ? undefined : request.watch?.(child.pid, stop);
  try {
    const exitCode = await new Promise<number | undefined>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? undefined));
      child.once('exit', (code) => {
        hasExited = true;
        if (code === null) killGroup(child.pid); // The wrapper was killed: so must be what it wrapped.
        graceTimer = whenQuiet(output.size, () => resolve(code ?? undefined));
      });
    });
    return {
      exitCode,
      status,
      ...output.finish(),
      stopReason,
      durationMs: performance.now() - startedAt,
    };
  } catch (error) {
    throw describeSpawnError(request.file, error);
  } finally {
    clearTimeout(timer);
    clearInterval(graceTimer);
    clearTimeout(leftoverTimer);
    if (request.leftoverGraceMs !== undefined) killGroup(child.pid);
    unwatch?.();
    request.signal?.removeEventListener('abort', onAbort);
    for (const stream of [child.stdin, stdout, stderr, statusPipe])
      (stream as { destroy?(): void } | null)?.destroy?.();
  }
}

/** SIGKILL to a process group; nothing where it is gone. */
export function killGroup(processId: number | undefined): void {
  if (processId === undefined) return;
  try {
    process.kill(-processId, 'SIGKILL');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Calls back once nothing has come for two periods in a row: output still on its way is not cut off. */
function whenQuiet(size: () => number, callback: () => void): NodeJS.Timeout {
  let seen = -1;
  const timer = setInterval(() => {
    if (seen === size()) {
      clearInterval(timer);
      callback();
    }
    seen = size();
  }, PIPE_GRACE_MS / 2);
  return timer;
}

function collectOutput(maxBytes: number, onExceeded: () => void) {
  const chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  let size = 0;
  return {
    add(stream: 'stdout' | 'stderr', chunk: Buffer): void {
      const kept = chunk.subarray(0, maxBytes - size);
      if (kept.length > 0) chunks[stream].push(kept);
      size += kept.length;
      if (kept.length < chunk.length) onExceeded();
    },
    size: () => size,
    finish: () => ({ stdout: Buffer.concat(chunks.stdout), stderr: Buffer.concat(chunks.stderr) }),
  };
}

function describeSpawnError(file: string, error: unknown): SandboxError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const kind = EXHAUSTED.has(code) ? 'host-exhausted' : 'sandbox-failed';
  return new SandboxError(kind, `Could not start ${file}: ${(error as Error).message}`, { cause: error });
}

function ignore(): void {}
