import { type LaidBase, withoutStamps } from '../base-store.js';
import type { WorkspaceCgroup } from '../cgroup.js';
import { listChangedFiles } from '../changed-files.js';
import { assertCommand, describeEnding } from '../describe-ending.js';
import { resolveHidden } from '../hidden-places.js';
import { nullDescriptor } from '../inherited-descriptors.js';
import { watchMemory } from '../memory-watchdog.js';
import { planChanges } from '../plan-changes.js';
import { HARNESS_DIR, WORKDIR } from '../root-skeleton.js';
import { type ProcessRequest, type ProcessResult, runProcess } from '../run-process.js';
import type { Command, CommandResult, Limits, Sandbox, SandboxProcess, WorkspaceRequest } from '../sandbox.js';
import { SandboxError } from '../sandbox-error.js';
import { startSandboxProcess } from '../start-sandbox-process.js';
import { readWorkspaceFile, type TrustedCommand, writeWorkspaceFile } from '../workspace-files.js';
import { type Holder, startHolder } from './holder.js';
import { commandArguments, sandboxEnvironment, TRUSTED_ENV, type WorkspaceView } from './launch.js';
import type { NamespaceHost } from './namespaces.js';

const TRUSTED_TIMEOUT_MS = 120_000;
const MEMORY_POLL_MS = 100;

type Entry = Command & { readonly view: WorkspaceView };

type EntryBounds = Pick<ProcessRequest, 'timeoutMs' | 'maxOutputBytes' | 'signal' | 'watch'> & {
  readonly descriptors: readonly number[];
  readonly hasMemoryKill?: () => boolean;
};

/** Opens one workspace; `onClosed` is called when nothing is left of it. */
export async function openNamespaceSandbox(
  host: NamespaceHost,
  request: WorkspaceRequest,
  limits: Limits,
  onClosed: (sandbox: NamespaceSandbox) => void,
): Promise<NamespaceSandbox> {
  const hidden = resolveHidden(request.hidden ?? [], host);
  const laid = await host.bases.open(request.base);
  const plan = planChanges(laid, request.changes);
  const isUniform = request.isUniform === true;
  const base = isUniform ? withoutStamps(laid) : laid;
  const cgroup = host.cgroups?.create(limits);
  try {
    const { harness } = request;
    const holder = await startHolder(host, base, { ...plan, harness, isUniform, hidden, diskBytes: limits.diskBytes });
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
    return this.#run(command, 'whole');
  }

  /** Runs a command that has empty writable places for itself, which are gone with it. */
  runAlone(command: Command): Promise<CommandResult> {
    return this.#run(command, 'own-places');
  }

  async #run(command: Command, view: WorkspaceView): Promise<CommandResult> {
    assertCommand(command);
    const memory = this.#watchMemory();
    const result = await this.#enter(
      { ...command, view },
      {
        ...memory,
        timeoutMs: command.timeoutMs ?? this.#limits.timeoutMs,
        maxOutputBytes: command.maxOutputBytes ?? this.#limits.maxOutputBytes,
        signal: command.signal,
      },
    );
    return describeEnding(result, memory.hasMemoryKill());
  }

  async start(
    { argv, env }: Pick<Command, 'argv' | 'env'>,
    onOutput: (chunk: Uint8Array) => void,
  ): Promise<SandboxProcess> {
    assertCommand({ argv, ...(env === undefined ? {} : { env }) });
    const { hasMemoryKill, ...watched } = this.#watchMemory();
    const entry = {
      argv,
      ...(env === undefined ? {} : { env }),
      mergeOutput: true,
      hasInput: true,
      view: 'whole' as const,
    };
    return startSandboxProcess(
      { ...this.#wrap(entry, watched.descriptors), watch: watched.watch },
      { onOutput, hasMemoryKill, closing: this.#closing.signal, running: this.#running },
    );
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

  /**
   * Our own commands: as the sandbox's user, with the bounds of the workspace but outside its memory account. Programs of
   * the workspace may run meanwhile and put links in the way.
   */
  readonly #runTrusted = ({ argv, stdin, maxOutputBytes }: TrustedCommand): Promise<ProcessResult> => {
    const view = this.#host.canIgnoreLinks ? 'no-links' : 'whole';
    return this.#enter(
      { argv, env: TRUSTED_ENV, view, ...(stdin === undefined ? {} : { stdin }) },
      { timeoutMs: TRUSTED_TIMEOUT_MS, maxOutputBytes, descriptors: [] },
    );
  };

  /** The host process that enters the workspace and runs a command there. */
  #wrap(command: Entry & { readonly hasInput: boolean }, descriptors: readonly number[]) {
    if (this.#closing.signal.aborted) throw closedError();
    const { mode, toolchain } = this.#host;
    return {
      file: 'nsenter',
      args: commandArguments(mode, this.#holder.processId, this.#limits, {
        argv: command.argv,
        env: { ...sandboxEnvironment(toolchain.path, toolchain.env), ...command.env },
        merge: command.mergeOutput === true,
        hasInput: command.hasInput,
        view: command.view,
        filter: this.#host.filter,
      }),
      env: TRUSTED_ENV,
      isWaiting: true,
      ...(mode.isRoot && mode.hasUserNamespaces ? { hostUserId: mode.userId } : {}),
      // Always two, so that the first process need not know how many there are.
      inheritedFds: [descriptors[0] ?? nullDescriptor(), descriptors[1] ?? nullDescriptor()],
    };
  }

  async #enter(command: Entry, bounds: EntryBounds): Promise<ProcessResult> {
    const { signal, watch } = bounds;
    const running = runProcess({
      ...this.#wrap({ ...command, hasInput: command.stdin !== undefined }, bounds.descriptors),
      stdin: command.stdin,
      timeoutMs: bounds.timeoutMs,
      maxOutputBytes: bounds.maxOutputBytes,
      signal: signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]),
      ...(watch === undefined ? {} : { watch }),
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

  /** What bounds the memory of one command, from now on. */
  #watchMemory(): Required<Pick<EntryBounds, 'watch' | 'hasMemoryKill' | 'descriptors'>> {
    if (this.#closing.signal.aborted) throw closedError();
    const cgroup = this.#cgroup;
    if (cgroup === undefined) {
      const watch: EntryBounds['watch'] = (processId, end) => watchMemory(processId, this.#limits, end);
      return { watch, hasMemoryKill: () => false, descriptors: [] };
    }
    cgroup.expectJoin(this.#holder.processId);
    const killsBefore = cgroup.countMemoryKills();
    const hasMemoryKill = () => cgroup.countMemoryKills() > killsBefore;
    return { watch, hasMemoryKill, descriptors: cgroup.descriptors };

    // The kernel kills one process; what waits for it would wait for ever.
    function watch(_processId: number, end: (reason: 'memory-exceeded') => void): () => void {
      const timer = setInterval(() => {
        if (hasMemoryKill()) end('memory-exceeded');
      }, MEMORY_POLL_MS);
      return () => clearInterval(timer);
    }
  }
}

function closedError(): SandboxError {
  return new SandboxError('sandbox-closed', 'The sandbox is closed.');
}
