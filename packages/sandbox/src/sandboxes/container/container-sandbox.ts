import type { LaidBase } from '../../base-store.js';
import { listChangedFiles } from '../../changed-files.js';
import { assertCommand, describeEnding } from '../../describe-ending.js';
import { HARNESS_DIR, HOME_DIR } from '../../root-skeleton.js';
import type { ProcessResult } from '../../run-process.js';
import type { Command, CommandResult, Limits, Sandbox, SandboxProcess, WorkspaceRequest } from '../../sandbox.js';
import { SandboxError } from '../../sandbox-error.js';
import { readWorkspaceFile, type TrustedCommand, writeWorkspaceFile } from '../../workspace-files.js';
import { TRUSTED_ENV } from '../launch.js';
import type { EngineClient } from './engine-client.js';
import type { Room } from './room.js';
import { createRoomPool, type RoomPool } from './room-pool.js';
import { type RoomCommand, type RunningCommand, runInRoom } from './run-in-room.js';
import type { WorkspaceVolumes } from './workspace-volumes.js';

export interface ContainerWorkspace {
  readonly engine: EngineClient;
  readonly workdir: string;
  readonly userId: number;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: Limits;
  readonly base: LaidBase;
  readonly changes: WorkspaceRequest['changes'];
  readonly volumes: WorkspaceVolumes;
  readonly rooms: RoomPool;
  /** Opens a room that has the workspace and nothing else that can be written: no link leads out of it to anything. */
  openView(): Promise<Room>;
}

type Bounds = Pick<Required<Command>, 'timeoutMs' | 'maxOutputBytes'> & Pick<Command, 'signal' | 'stdin'>;

const TRUSTED_TIMEOUT_MS = 120_000;

/** A workspace in file systems in memory; each command has a container of its own over them, or one that is as new. */
export class ContainerSandbox implements Sandbox {
  readonly workdir: string;
  readonly harnessDir: string = HARNESS_DIR;
  readonly #workspace: ContainerWorkspace;
  readonly #onClosed: (sandbox: ContainerSandbox) => void;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #views: Promise<RoomPool> | undefined;
  #closed: Promise<void> | undefined;

  constructor(workspace: ContainerWorkspace, onClosed: (sandbox: ContainerSandbox) => void) {
    this.workdir = workspace.workdir;
    this.#workspace = workspace;
    this.#onClosed = onClosed;
  }

  async run(command: Command): Promise<CommandResult> {
    assertCommand(command);
    const { limits, env } = this.#workspace;
    const { result, hasMemoryKill } = await this.#run(
      { argv: command.argv, env: { ...env, ...command.env }, isMerged: command.mergeOutput === true },
      {
        timeoutMs: command.timeoutMs ?? limits.timeoutMs,
        maxOutputBytes: command.maxOutputBytes ?? limits.maxOutputBytes,
        ...(command.stdin === undefined ? {} : { stdin: command.stdin }),
        ...(command.signal === undefined ? {} : { signal: command.signal }),
      },
    );
    return describeEnding(result, hasMemoryKill);
  }

  async start(
    { argv, env }: Pick<Command, 'argv' | 'env'>,
    onOutput: (chunk: Uint8Array) => void,
  ): Promise<SandboxProcess> {
    assertCommand({ argv, ...(env === undefined ? {} : { env }) });
    let begun!: (command: RunningCommand) => void;
    const starting = new Promise<RunningCommand>((resolve) => {
      begun = resolve;
    });
    const ended = this.#inRoom(
      this.#workspace.rooms,
      {
        argv,
        env: { ...this.#workspace.env, ...env },
        isMerged: true,
        hasInput: true,
        onOutput: (_stream, content) => {
          onOutput(content);
          return true;
        },
      },
      async (command) => {
        begun(command);
        const end = await command.ended;
        const { ending, exitCode } = describeEnding(resultOf(end), end.hasMemoryKill);
        const isOwn = ending === 'exited' || ending === 'memory-exceeded';
        return { ending: isOwn ? ending : ('killed' as const), exitCode: isOwn ? exitCode : undefined };
      },
    );
    ended.catch(() => {}); // Whoever asks gets to know.
    const command = await Promise.race([starting, ended.then(() => starting)]);
    return {
      write: command.write,
      ended,
      async kill() {
        command.stop('killed');
        await ended.catch(() => {});
      },
    };
  }

  readFile(path: string): Promise<Uint8Array> {
    return readWorkspaceFile(this.#runTrusted, path, this.workdir);
  }

  writeFile(path: string, content: Uint8Array): Promise<void> {
    return writeWorkspaceFile(this.#runTrusted, path, content, this.workdir);
  }

  changedFiles(): ReturnType<Sandbox['changedFiles']> {
    return listChangedFiles(this.#runTrusted, this.#workspace.base, this.#workspace.changes, this.workdir);
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#closing.abort();
    await this.#workspace.rooms.close();
    await this.#views?.then(
      (views) => views.close(),
      () => {},
    );
    await Promise.allSettled([...this.#running]);
    await this.#workspace.volumes.remove();
    this.#onClosed(this);
  }

  /** Our own commands: as the user of the workspace, where nothing of a command is. */
  readonly #runTrusted = async (command: TrustedCommand): Promise<ProcessResult> => {
    const { result } = await this.#run(
      { argv: command.argv, env: TRUSTED_ENV, isMerged: false, directory: '/' },
      {
        timeoutMs: TRUSTED_TIMEOUT_MS,
        maxOutputBytes: command.maxOutputBytes,
        ...(command.stdin === undefined ? {} : { stdin: command.stdin }),
      },
      await this.#openViews(),
    );
    return result;
  };

  async #run(
    command: Pick<RoomCommand, 'argv' | 'env' | 'isMerged'> & { readonly directory?: string },
    bounds: Bounds,
    rooms: RoomPool = this.#workspace.rooms,
  ): Promise<{ readonly result: ProcessResult; readonly hasMemoryKill: boolean }> {
    const startedAt = performance.now();
    const chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
    let left = bounds.maxOutputBytes;
    let onExceeded = () => {};
    const onOutput: RoomCommand['onOutput'] = (stream, content) => {
      const kept = content.subarray(0, left);
      if (kept.length > 0) chunks[stream].push(kept);
      left -= kept.length;
      if (kept.length < content.length) onExceeded();
      return kept.length > 0;
    };
    const roomCommand = { ...command, hasInput: bounds.stdin !== undefined, onOutput };
    const outcome = await this.#inRoom(rooms, roomCommand, async (running) => {
      onExceeded = () => running.stop('output-exceeded');
      const timer = setTimeout(() => running.stop('timed-out'), bounds.timeoutMs);
      const onAbort = () => running.stop('cancelled');
      bounds.signal?.addEventListener('abort', onAbort, { once: true });
      if (bounds.signal?.aborted) onAbort();
      if (bounds.stdin !== undefined) {
        running.write(bounds.stdin);
        running.endInput();
      }
      try {
        const end = await running.ended;
        const output = { stdout: Buffer.concat(chunks.stdout), stderr: Buffer.concat(chunks.stderr) };
        const result = { ...resultOf(end), ...output, durationMs: performance.now() - startedAt };
        return { result, hasMemoryKill: end.hasMemoryKill };
      } finally {
        clearTimeout(timer);
        bounds.signal?.removeEventListener('abort', onAbort);
      }
    });
    this.#assertOpen();
    return outcome;
  }

  #openViews(): Promise<RoomPool> {
    this.#assertOpen();
    if (this.#views === undefined) {
      const opening = createRoomPool(this.#workspace.openView);
      this.#views = opening;
      opening.catch(() => {
        this.#views = undefined;
      });
    }
    return this.#views;
  }

  /** Runs a command in a room that is taken for it; the room is used again only where nothing of the command is left. */
  #inRoom<Result>(
    rooms: RoomPool,
    command: Omit<RoomCommand, 'userId' | 'directory'> & { readonly directory?: string },
    use: (running: RunningCommand) => Promise<Result>,
  ): Promise<Result> {
    const running = this.#takeRoom(rooms, command, use);
    this.#running.add(running);
    const forget = () => void this.#running.delete(running);
    running.then(forget, forget);
    return running;
  }

  async #takeRoom<Result>(
    rooms: RoomPool,
    command: Omit<RoomCommand, 'userId' | 'directory'> & { readonly directory?: string },
    use: (running: RunningCommand) => Promise<Result>,
  ): Promise<Result> {
    this.#assertOpen();
    const { engine, userId, workdir } = this.#workspace;
    let room: Room | undefined;
    let isClean = false;
    const onClosing: (() => void)[] = [];
    try {
      const taken = await rooms.take();
      room = taken;
      this.#assertOpen();
      const running = await runInRoom(engine, taken, { directory: workdir, ...command, userId }, () =>
        rooms.discard(taken),
      );
      const stop = () => running.stop('killed');
      this.#closing.signal.addEventListener('abort', stop, { once: true });
      onClosing.push(() => this.#closing.signal.removeEventListener('abort', stop));
      if (this.#closing.signal.aborted) stop();
      const result = await use(running);
      isClean = (await running.ended).isClean;
      return result;
    } catch (error) {
      this.#assertOpen();
      throw error;
    } finally {
      for (const remove of onClosing) remove();
      if (room !== undefined) await (isClean ? rooms.giveBack(room) : rooms.discard(room));
    }
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new SandboxError('sandbox-closed', 'The sandbox is closed.');
  }
}

/** As the wrappers of other sandboxes report: `. CODE` where the command ended by itself. */
function resultOf(end: {
  readonly exitCode: number | undefined;
  readonly stopReason: ProcessResult['stopReason'];
}): ProcessResult {
  const status = end.exitCode === undefined ? '.' : `. ${end.exitCode}\n`;
  const nothing = Buffer.alloc(0);
  return { ...end, status, stdout: nothing, stderr: nothing, durationMs: 0 };
}

/** The environment that commands of an image get: its own, and what every sandbox has. */
export function containerEnvironment(image: Readonly<Record<string, string>>): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    PYTHONDONTWRITEBYTECODE: '1',
    ...image,
    HOME: HOME_DIR,
    TMPDIR: '/tmp',
    USER: 'sandbox',
    LOGNAME: 'sandbox',
  };
}
