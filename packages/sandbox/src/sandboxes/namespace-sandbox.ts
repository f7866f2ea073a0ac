import type { LaidBase } from '../base-store.js';
import type { WorkspaceCgroup } from '../cgroup.js';
import { listChangedFiles } from '../changed-files.js';
import { assertCommand, describeEnding } from '../describe-ending.js';
import { nullDescriptor } from '../inherited-descriptors.js';
import { watchMemory } from '../memory-watchdog.js';
import { planChanges } from '../plan-changes.js';
import { HARNESS_DIR, WORKDIR } from '../root-skeleton.js';
import { type ProcessRequest, type ProcessResult, runProcess } from '../run-process.js';
import type { Command, CommandResult, Limits, Sandbox, WorkspaceRequest } from '../sandbox.js';
import { SandboxError } from '../sandbox-error.js';
import { readWorkspaceFile, type TrustedCommand, writeWorkspaceFile } from '../workspace-files.js';
import { type Holder, startHolder } from './holder.js';
import { commandArguments, sandboxEnvironment, TRUSTED_ENV } from './launch.js';
import type { NamespaceHost } from './namespaces.js';

const TRUSTED_TIMEOUT_MS = 120_000;

/** Opens one workspace; `onClosed` is called when nothing is left of it. */
export async function openNamespaceSandbox(
  host: NamespaceHost,
  request: WorkspaceRequest,
  limits: Limits,
  onClosed: (sandbox: NamespaceSandbox) => void,
): Promise<NamespaceSandbox> {
  const base = await host.bases.open(request.base);
  const plan = planChanges(base, request.changes);
  const cgroup = host.cgroups?.create(limits);
  try {
    const holder = await startHolder(host, base, { ...plan, harness: request.harness, diskBytes: limits.diskBytes });
    return new NamespaceSandbox(host, base, request.changes, limits, holder, cgroup, onClosed);
  } catch (error) {
    await cgroup?.remove();
    throw error;
  }
}

export class NamespaceSandbox implements Sandbox {
  readonly workdir: string = WORKDIR;
  readonly harnessDir: string = HARNESS_DIR;
  readonly #host: NamespaceHost;
  readonly #base: LaidBase;
  readonly #changes: WorkspaceRequest['changes'];
  readonly #limits: Limits;
  readonly #holder: Holder;
  readonly #cgroup: WorkspaceCgroup | undefined;
  readonly #onClosed: (sandbox: NamespaceSandbox) => void;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(
    host: NamespaceHost,
    base: LaidBase,
    changes: WorkspaceRequest['changes'],
    limits: Limits,
    holder: Holder,
    cgroup: WorkspaceCgroup | undefined,
    onClosed: (sandbox: NamespaceSandbox) => void,
  ) {
    this.#host = host;
    this.#base = base;
    this.#changes = changes;
    this.#limits = limits;
    this.#holder = holder;
    this.#cgroup = cgroup;
    this.#onClosed = onClosed;
  }

  run(command: Command): Promise<CommandResult> {
    return this.#run(command, false);
  }

  /** Runs a command that has empty writable places for itself, which are gone with it. */
  runAlone(command: Command): Promise<CommandResult> {
    return this.#run(command, true);
  }

  async #run(command: Command, isAlone: boolean): Promise<CommandResult> {
    assertCommand(command);
    if (this.#closing.signal.aborted) throw closedError();
    this.#cgroup?.expectJoin(this.#holder.processId);
    const killsBefore = this.#cgroup?.countMemoryKills() ?? 0;
    const hasMemoryKill = () => (this.#cgroup?.countMemoryKills() ?? 0) > killsBefore;
    const result = await this.#enter(command, {
      hasMemoryKill,
      timeoutMs: command.timeoutMs ?? this.#limits.timeoutMs,
      maxOutputBytes: command.maxOutputBytes ?? this.#limits.maxOutputBytes,
      signal: command.signal,
      watch: (processId, end) => this.#watch(processId, end, killsBefore),
      descriptors: this.#cgroup?.descriptors ?? [],
      isAlone,
    });
    return describeEnding(result, hasMemoryKill());
  }

  readFile(path: string): Promise<Uint8Array> {
    return readWorkspaceFile(this.#runTrusted, path);
  }

  writeFile(path: string, content: Uint8Array): Promise<void> {
    return writeWorkspaceFile(this.#runTrusted, path, content);
  }

  changedFiles(): ReturnType<Sandbox['changedFiles']> {
    return listChangedFiles(this.#runTrusted, this.#base, this.#changes);
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#closing.abort();
    await this.#holder.end();
    await Promise.allSettled([...this.#running]);
    await this.#cgroup?.remove();
    this.#onClosed(this);
  }

  /** Our own commands: as the sandbox's user, with the bounds of the workspace but outside its memory account. */
  readonly #runTrusted = (command: TrustedCommand): Promise<ProcessResult> =>
    this.#enter(
      { argv: command.argv, env: TRUSTED_ENV, ...(command.stdin === undefined ? {} : { stdin: command.stdin }) },
      {
        timeoutMs: TRUSTED_TIMEOUT_MS,
        maxOutputBytes: command.maxOutputBytes,
        signal: undefined,
        descriptors: [],
        isAlone: false,
      },
    );

  async #enter(
    command: Command,
    bounds: Pick<ProcessRequest, 'timeoutMs' | 'maxOutputBytes' | 'signal' | 'watch'> & {
      readonly descriptors: readonly number[];
      readonly isAlone: boolean;
      readonly hasMemoryKill?: () => boolean;
    },
  ): Promise<ProcessResult> {
    if (this.#closing.signal.aborted) throw closedError();
    const { mode, toolchain } = this.#host;
    const running = runProcess({
      file: 'nsenter',
      args: commandArguments(mode, this.#holder.processId, this.#limits, {
        argv: command.argv,
        env: { ...sandboxEnvironment(toolchain.path, toolchain.env), ...command.env },
        merge: command.mergeOutput === true,
        hasInput: command.stdin !== undefined,
        isAlone: bounds.isAlone,
      }),
      env: TRUSTED_ENV,
      stdin: command.stdin,
      ...(mode.isRoot && mode.hasUserNamespaces ? { hostUserId: mode.userId } : {}),
      timeoutMs: bounds.timeoutMs,
      maxOutputBytes: bounds.maxOutputBytes,
      signal:
        bounds.signal === undefined ? this.#closing.signal : AbortSignal.any([bounds.signal, this.#closing.signal]),
      // Always two, so that the first process need not know how many there are.
      inheritedFds: [bounds.descriptors[0] ?? nullDescriptor(), bounds.descriptors[1] ?? nullDescriptor()],
      ...(bounds.watch === undefined ? {} : { watch: bounds.watch }),
    });
    this.#running.add(running);
    try {
      const result = await running;
      if (this.#closing.signal.aborted) throw closedError();
      // The first byte says that all trusted steps were done. A stopped command may not have come so far, nor one whose
      // first process the kernel killed because the workspace had used up its memory: that is the command's failing.
      if (!result.status.startsWith('.') && result.stopReason === undefined && !bounds.hasMemoryKill?.()) {
        const reason = result.stderr.toString().trim() || result.stdout.toString().trim();
        throw new SandboxError(
          'sandbox-failed',
          `A command could not be started in the sandbox: ${reason || 'no reason given'}`,
        );
      }
      return result;
    } finally {
      this.#running.delete(running);
    }
  }

  #watch(processId: number, end: (reason: 'memory-exceeded' | 'killed') => void, killsBefore: number): () => void {
    const cgroup = this.#cgroup;
    if (cgroup === undefined) return watchMemory(processId, this.#limits, end);
    // The kernel kills one process; what waits for it would wait for ever.
    const timer = setInterval(() => {
      if (cgroup.countMemoryKills() > killsBefore) end('memory-exceeded');
    }, 100);
    return () => clearInterval(timer);
  }
}

function closedError(): SandboxError {
  return new SandboxError('sandbox-closed', 'The sandbox is closed.');
}
