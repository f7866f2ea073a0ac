import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LaidBase } from '../base-store.js';
import { listChangedFiles } from '../changed-files.js';
import { assertCommand, describeEnding } from '../describe-ending.js';
import { asHostFailure } from '../host-failure.js';
import { watchMemory } from '../memory-watchdog.js';
import { type ProcessRequest, type ProcessResult, runProcess } from '../run-process.js';
import type { Command, CommandResult, Limits, Sandbox, SandboxProcess, WorkspaceRequest } from '../sandbox.js';
import { SandboxError } from '../sandbox-error.js';
import { startSandboxProcess } from '../start-sandbox-process.js';
import type { Toolchain } from '../toolchain.js';
import { readWorkspaceFile, type TrustedCommand, writeWorkspaceFile } from '../workspace-files.js';
import { sandboxEnvironment, TRUSTED_ENV } from './launch.js';
import { PLAIN_SCRIPT } from './namespace-scripts.js';

export interface ProcessWorkspace {
  /** Has `workspace`, `harness`, `home` and `tmp`. */
  readonly directory: string;
  readonly base: LaidBase;
  readonly changes: WorkspaceRequest['changes'];
  readonly limits: Limits;
  readonly toolchain: Toolchain;
}

const TRUSTED_TIMEOUT_MS = 120_000;
const LEFTOVER_GRACE_MS = 100;

/** A temporary copy in which commands run as plain processes. */
export class ProcessSandbox implements Sandbox {
  readonly workdir: string;
  readonly harnessDir: string;
  readonly #workspace: ProcessWorkspace;
  readonly #remove: () => Promise<void>;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(workspace: ProcessWorkspace, remove: () => Promise<void>) {
    this.workdir = join(workspace.directory, 'workspace');
    this.harnessDir = join(workspace.directory, 'harness');
    this.#workspace = workspace;
    this.#remove = remove;
  }

  async run(command: Command): Promise<CommandResult> {
    assertCommand(command);
    const { limits } = this.#workspace;
    const result = await this.#enter(command, {
      timeoutMs: command.timeoutMs ?? limits.timeoutMs,
      maxOutputBytes: command.maxOutputBytes ?? limits.maxOutputBytes,
      signal: command.signal,
      watch: (processId, end) => watchMemory(processId, limits, end),
    });
    return describeEnding(result, false);
  }

  async start(command: Pick<Command, 'argv' | 'env'>, onOutput: (chunk: Uint8Array) => void): Promise<SandboxProcess> {
    assertCommand(command);
    const { limits } = this.#workspace;
    return startSandboxProcess(
      { ...this.#wrap(command, '1', '1'), watch: (processId, end) => watchMemory(processId, limits, end) },
      { onOutput, hasMemoryKill: () => false, closing: this.#closing.signal, running: this.#running },
    );
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
    await Promise.allSettled([...this.#running]);
    await this.#remove();
  }

  readonly #runTrusted = (command: TrustedCommand): Promise<ProcessResult> =>
    this.#enter(
      { argv: command.argv, env: TRUSTED_ENV, ...(command.stdin === undefined ? {} : { stdin: command.stdin }) },
      { timeoutMs: TRUSTED_TIMEOUT_MS, maxOutputBytes: command.maxOutputBytes, signal: undefined },
    );

  /** The host process that runs a command; the flags are '1' where streams are merged and where there is input. */
  #wrap(command: Pick<Command, 'argv' | 'env'>, merge: '0' | '1', input: '0' | '1') {
    if (this.#closing.signal.aborted) throw closedError();
    const { directory, limits, toolchain } = this.#workspace;
    restoreDirectories(directory, this.workdir);
    const own = { ...sandboxEnvironment(toolchain.path, toolchain.env), HOME: join(directory, 'home') };
    const env = Object.entries({ ...own, TMPDIR: join(directory, 'tmp'), ...command.env });
    const numbers = [limits.maxOpenFiles, Math.ceil(limits.diskBytes / 512)].map(String);
    const variables = env.map(([name, value]) => `${name}=${value}`);
    return {
      file: '/bin/sh',
      args: ['-c', PLAIN_SCRIPT, 'sh', merge, input, ...numbers, 'env', '-i', ...variables, ...command.argv],
      cwd: this.workdir,
      env: TRUSTED_ENV,
      leftoverGraceMs: LEFTOVER_GRACE_MS,
    };
  }

  async #enter(
    command: Command,
    bounds: Pick<ProcessRequest, 'timeoutMs' | 'maxOutputBytes' | 'signal' | 'watch'>,
  ): Promise<ProcessResult> {
    const running = runProcess({
      ...this.#wrap(command, command.mergeOutput === true ? '1' : '0', command.stdin === undefined ? '0' : '1'),
      stdin: command.stdin,
      timeoutMs: bounds.timeoutMs,
      maxOutputBytes: bounds.maxOutputBytes,
      signal:
        bounds.signal === undefined ? this.#closing.signal : AbortSignal.any([bounds.signal, this.#closing.signal]),
      ...(bounds.watch === undefined ? {} : { watch: bounds.watch }),
    });
    this.#running.add(running);
    try {
      const result = await running;
      if (this.#closing.signal.aborted) throw closedError();
      if (!result.status.startsWith('.') && result.stopReason === undefined) {
        throw new SandboxError('sandbox-failed', `A command could not be started: ${result.stderr.toString().trim()}`);
      }
      return result;
    } finally {
      this.#running.delete(running);
    }
  }
}

/** A program may have taken away the workspace, put something else in its place, or taken away the right to enter it. */
function restoreDirectories(directory: string, workdir: string): void {
  try {
    for (const path of [directory, workdir]) {
      if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) {
        rmSync(path, { force: true });
        mkdirSync(path);
      }
      chmodSync(path, path === workdir ? 0o755 : 0o700);
    }
  } catch (error) {
    throw asHostFailure(error, 'The workspace could not be entered');
  }
}

function closedError(): SandboxError {
  return new SandboxError('sandbox-closed', 'The sandbox is closed.');
}
