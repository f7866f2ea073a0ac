import { setTimeout as sleep } from 'node:timers/promises';
import type { StopReason } from '../../start-process.js';
import { COMMAND_SCRIPT } from './container-scripts.js';
import { demultiplex } from './demultiplex.js';
import type { EngineClient } from './engine-client.js';
import type { Room } from './room.js';

export interface RoomCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly userId: number;
  readonly directory: string;
  readonly isMerged: boolean;
  readonly hasInput: boolean;
  /** Takes its output; false says that it is not wanted, so that nobody waits for more of it. */
  readonly onOutput: (stream: 'stdout' | 'stderr', content: Buffer) => boolean;
}

export interface RoomCommandEnd {
  readonly exitCode: number | undefined;
  readonly stopReason: StopReason | undefined;
  readonly hasMemoryKill: boolean;
  /** Nothing of the command is left in the room. */
  readonly isClean: boolean;
}

export interface RunningCommand {
  write(content: Uint8Array): void;
  endInput(): void;
  /** Ends the command, and the room with it; `reason` is then how it ended. */
  stop(reason: StopReason): void;
  /** Rejects with SandboxError where the engine failed. */
  readonly ended: Promise<RoomCommandEnd>;
}

interface ExecState {
  readonly Running: boolean;
  readonly ExitCode: number | null;
}

const FIRST_LOOK_MS = 60;
const LOOK_MS = 100;
const MEMORY_LOOK_MS = 100;
const DRAIN_MS = 100;
const MAX_DRAIN_MS = 5_000;
const TRUSTED_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Starts a command in a room in which nothing else runs. `discard` takes the room away with all that is in it, as every
 * stop does. Throws SandboxError where the engine cannot start the command.
 */
export async function runInRoom(
  engine: EngineClient,
  room: Room,
  command: RoomCommand,
  discard: () => Promise<void>,
): Promise<RunningCommand> {
  const { memoryKills } = await room.state();
  const variables = Object.entries(command.env).map(([name, value]) => `${name}=${value}`);
  const script = ['sh', '-c', COMMAND_SCRIPT, 'sh', command.directory, command.isMerged ? '1' : '0'];
  const { Id: id } = await engine.request<{ Id: string }>('POST', `/containers/${room.id}/exec`, {
    body: {
      Cmd: [...script, 'env', '-i', ...variables, ...command.argv],
      User: `${command.userId}:${command.userId}`,
      Env: [TRUSTED_PATH],
      WorkingDir: '/',
      AttachStdin: command.hasInput,
      AttachStdout: true,
      AttachStderr: true,
    },
  });
  const connection = await engine.hijack(`/exec/${id}/start`, { body: { Detach: false, Tty: false } });
  let stopReason: StopReason | undefined;
  let wantedBytes = 0;
  let isStreamOpen = true;
  connection.on('error', () => {});
  connection.on(
    'data',
    demultiplex((stream, content) => {
      if (command.onOutput(stream, content)) wantedBytes += content.length;
    }),
  );
  const streamEnded = new Promise<void>((resolve) => {
    connection.once('end', resolve).once('close', resolve);
  }).then(() => {
    isStreamOpen = false;
  });
  const memoryTimer = setInterval(() => {
    room.state().then(
      (state) => {
        if (state.memoryKills > memoryKills) stop('memory-exceeded');
      },
      () => {},
    );
  }, MEMORY_LOOK_MS);

  function stop(reason: StopReason): void {
    if (stopReason !== undefined) return;
    stopReason = reason;
    discard().catch(() => {}); // Whoever discards it again gets to know.
  }

  async function end(): Promise<RoomCommandEnd> {
    try {
      const state = await untilExited();
      if (state === undefined) {
        await discard();
        return { exitCode: undefined, stopReason, hasMemoryKill: stopReason === 'memory-exceeded', isClean: false };
      }
      if (isStreamOpen) await Promise.race([streamEnded, untilQuiet()]);
      const after = await room.settle();
      const hasMemoryKill = after.memoryKills > memoryKills;
      const isClean = !isStreamOpen && !hasMemoryKill && after.processes === 0 && after.pieces === 0;
      return { exitCode: state.ExitCode ?? undefined, stopReason, hasMemoryKill, isClean };
    } catch (error) {
      if (stopReason === undefined) throw error;
      await discard();
      return { exitCode: undefined, stopReason, hasMemoryKill: stopReason === 'memory-exceeded', isClean: false };
    } finally {
      clearInterval(memoryTimer);
      connection.destroy();
    }
  }

  /** Its last state, undefined where it was stopped. The stream may stay open after it, and may be closed before. */
  async function untilExited(): Promise<ExecState | undefined> {
    let silentMs = 2;
    for (let pauseMs = FIRST_LOOK_MS; stopReason === undefined; pauseMs = LOOK_MS) {
      if (isStreamOpen) await Promise.race([streamEnded, sleep(pauseMs)]);
      else await sleep(Math.min(pauseMs, silentMs));
      if (stopReason !== undefined) return undefined;
      const state = await engine.request<ExecState>('GET', `/exec/${id}/json`);
      if (!state.Running) return state;
      if (!isStreamOpen) silentMs *= 2;
    }
    return undefined;
  }

  /** Output still on its way is not cut off, unless it has no end. */
  async function untilQuiet(): Promise<void> {
    const deadline = performance.now() + MAX_DRAIN_MS;
    for (let seen = -1; seen !== wantedBytes && performance.now() < deadline; ) {
      seen = wantedBytes;
      await sleep(DRAIN_MS);
    }
  }

  return {
    write: (content) => {
      if (connection.writable) connection.write(content);
    },
    endInput: () => void connection.end(),
    stop,
    ended: end(),
  };
}
