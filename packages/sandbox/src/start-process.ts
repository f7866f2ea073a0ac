import { spawn } from 'node:child_process';
import { coverInherited } from './inherited-descriptors.js';
import { listDescendants, untilDead } from './process-tree.js';
import { SandboxError } from './sandbox-error.js';

/** A host process to start; the wrappers of a sandbox are such processes. */
export interface StartRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Host user and group to start as; undefined keeps the current ones. */
  readonly hostUserId?: number;
  readonly hasInput: boolean;
  /** Takes its output; false says that it is not wanted, so that nobody waits for more of it. */
  readonly onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => boolean;
  /** Open file descriptors that the process gets as 4, 5, ... */
  readonly inheritedFds?: readonly number[];
  /** Kills what is left of the process group this long after a whole line of status came. */
  readonly leftoverGraceMs?: number;
  /** A stop kills not only the process group but all that is below the process, and waits until that is dead. */
  readonly stopsTree?: boolean;
  /** The process waits for its child and ends with it: a stop leaves it a moment to do so, else the host's first process has to. */
  readonly isWaiting?: boolean;
  /** Called with the process id and a way to end it, so that a watchdog can; its return value is called at the end. */
  readonly watch?: (processId: number, end: (reason: 'memory-exceeded' | 'killed') => void) => () => void;
}

export type StopReason = 'killed' | 'timed-out' | 'output-exceeded' | 'memory-exceeded' | 'cancelled';

export interface ProcessEnd {
  /** Exit code of the process itself, undefined where a signal ended it. */
  readonly exitCode: number | undefined;
  /** What was written to descriptor 3: the wrappers of a sandbox report there. */
  readonly status: string;
  readonly stopReason: StopReason | undefined;
}

export interface StartedProcess {
  /** Writes to its input; nothing happens where nobody reads it any more. */
  write(content: Uint8Array): void;
  endInput(): void;
  /** Kills it and its process group; `reason` is then how it ended. */
  stop(reason: StopReason): void;
  /**
   * Resolves with the first byte of status, or when it ended without one: true where the byte says that all trusted
   * steps were done. Never rejects.
   */
  readonly reported: Promise<boolean>;
  /** Rejects with SandboxError `host-exhausted` or `sandbox-failed` where it could not be started. */
  readonly ended: Promise<ProcessEnd>;
}

const PIPE_GRACE_MS = 500;
const WAITING_GRACE_MS = 100;
const MAX_DRAIN_MS = 5_000;
const MAX_DYING_MS = 2_000;
const MAX_STATUS_BYTES = 64;
const EXHAUSTED = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE']);

/**
 * Starts one process as leader of its own session. It has ended when it exited, whatever holds its pipes: every stop
 * kills the process group, and streams that stay open are destroyed after a short grace.
 */
export function startProcess(request: StartRequest): StartedProcess {
  const identity = request.hostUserId === undefined ? {} : { uid: request.hostUserId, gid: request.hostUserId };
  const descriptors = request.inheritedFds ?? [];
  const child = spawn(request.file, request.args, {
    env: request.env,
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    ...identity,
    detached: true,
    stdio: coverInherited([request.hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe', ...descriptors]),
  });
  const stdout = child.stdio[1]!;
  const stderr = child.stdio[2]!;
  const statusPipe = child.stdio[3]! as NodeJS.ReadableStream & { destroy(): void };
  let report!: (hasBegun: boolean) => void;
  const reported = new Promise<boolean>((resolve) => {
    report = resolve;
  });
  let status = '';
  let wantedBytes = 0;
  let stopReason: StopReason | undefined;
  let hasExited = false;
  let doomed: readonly number[] = [];
  let leftoverTimer: NodeJS.Timeout | undefined;
  let graceTimer: NodeJS.Timeout | undefined;
  let stopTimer: NodeJS.Timeout | undefined;

  function take(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    if (request.onOutput(stream, chunk)) wantedBytes += chunk.length;
  }

  function stop(reason: StopReason): void {
    if (hasExited || stopReason !== undefined) return;
    stopReason = reason;
    if (child.pid === undefined) return;
    const below = request.stopsTree || request.isWaiting ? listDescendants(child.pid).slice(1) : [];
    if (request.isWaiting && below.length > 0) stopTimer = setTimeout(() => killGroup(child.pid), WAITING_GRACE_MS);
    else killGroup(child.pid);
    for (const processId of below) kill(processId);
    if (request.stopsTree) doomed = below;
  }

  stdout.on('data', (chunk: Buffer) => take('stdout', chunk)).on('error', ignore);
  stderr.on('data', (chunk: Buffer) => take('stderr', chunk)).on('error', ignore);
  statusPipe.on('data', (chunk: Buffer) => {
    if (status.length < MAX_STATUS_BYTES) status += chunk.toString('latin1');
    report(status.startsWith('.'));
    if (!status.endsWith('\n')) return;
    child.stdin?.end(); // A wrapper that feeds the process would wait for more.
    if (request.leftoverGraceMs === undefined) return;
    leftoverTimer ??= setTimeout(() => killGroup(child.pid), request.leftoverGraceMs);
  });
  statusPipe.on('error', ignore);
  // A command that ends without reading its input is no error: EPIPE.
  child.stdin?.on('error', ignore);
  const unwatch = child.pid === undefined ? undefined : request.watch?.(child.pid, stop);

  async function end(): Promise<ProcessEnd> {
    try {
      const exitCode = await new Promise<number | undefined>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code) => resolve(code ?? undefined));
        child.once('exit', (code) => {
          hasExited = true;
          if (code === null) killGroup(child.pid); // The wrapper was killed: so must be what it wrapped.
          graceTimer = whenQuiet(
            () => wantedBytes,
            () => resolve(code ?? undefined),
          );
        });
      });
      await untilDead(doomed, MAX_DYING_MS);
      return { exitCode, status, stopReason };
    } catch (error) {
      throw describeSpawnError(request.file, error);
    } finally {
      clearInterval(graceTimer);
      clearTimeout(leftoverTimer);
      clearTimeout(stopTimer);
      if (request.leftoverGraceMs !== undefined) killGroup(child.pid);
      unwatch?.();
      for (const stream of [child.stdin, stdout, stderr, statusPipe])
        (stream as { destroy?(): void } | null)?.destroy?.();
      report(false);
    }
  }

  return {
    write: (content) => {
      if (child.stdin?.writable) child.stdin.write(content);
    },
    endInput: () => void child.stdin?.end(),
    stop,
    reported,
    ended: end(),
  };
}

/** SIGKILL to a process group; nothing where it is gone. */
export function killGroup(processId: number | undefined): void {
  if (processId !== undefined) kill(-processId);
}

function kill(processId: number): void {
  try {
    process.kill(processId, 'SIGKILL');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Calls back once nothing has come for two periods in a row: output still on its way is not cut off, unless it has no end. */
function whenQuiet(size: () => number, callback: () => void): NodeJS.Timeout {
  let seen = -1;
  const deadline = performance.now() + MAX_DRAIN_MS;
  const timer = setInterval(() => {
    if (seen === size() || performance.now() > deadline) {
      clearInterval(timer);
      callback();
    }
    seen = size();
  }, PIPE_GRACE_MS / 2);
  return timer;
}

function describeSpawnError(file: string, error: unknown): SandboxError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const kind = EXHAUSTED.has(code) ? 'host-exhausted' : 'sandbox-failed';
  return new SandboxError(kind, `Could not start ${file}: ${(error as Error).message}`, { cause: error });
}

function ignore(): void {}
