/** The contract of a sandbox: a workspace made of a tree, in which commands run under limits. */

/** A file in a workspace; modes and symbolic links as in git. The content of a link is its target. */
export interface TreeFile {
  readonly mode: '100644' | '100755' | '120000';
  readonly content: Uint8Array;
}

/** The base of a workspace. A provider keeps it by its digest, so that it is laid out once for all workspaces. */
export interface TreeSource {
  readonly digest: string;
  readAll(): AsyncIterable<{ readonly path: string } & TreeFile>;
}

/** What a workspace starts as. */
export interface WorkspaceRequest {
  /** Undefined: an empty workspace. */
  readonly base: TreeSource | undefined;
  /** Files that differ from the base; `null` deletes. */
  readonly changes: ReadonlyMap<string, TreeFile | null>;
  /** Files laid beside the workspace, in `Sandbox.harnessDir`, read-only to everything that runs. Relative paths. */
  readonly harness?: ReadonlyMap<string, Uint8Array>;
  readonly limits?: Partial<Limits>;
  /**
   * Nothing about a file tells whether it comes from `base` or from `changes`: not its time, owner, device or place on it.
   * For workspaces that a solver sees; opening one costs a copy of the tree. Default false: changes are the newest files.
   */
  readonly isUniform?: boolean;
  /**
   * Absolute paths of files or directories outside of the workspace that are shown empty and read-only, such as an
   * installed copy of what was changed. A link is followed, and what it leads to is hidden wherever it is shown. Ignored
   * where commands would find nothing there. `open` throws SandboxError `invalid-request` for a path that is relative, in the
   * workspace or above it, and on a backend that isolates nothing.
   */
  readonly hidden?: readonly string[];
}

/** Bounds on everything that runs in one workspace. */
export interface Limits {
  /** Wall time of one command, in milliseconds. */
  readonly timeoutMs: number;
  /** Memory of all processes of the workspace together, its files in memory included. */
  readonly memoryBytes: number;
  readonly maxProcesses: number;
  /** Output of one command, both streams together; a command that writes more is killed. */
  readonly maxOutputBytes: number;
  /** All that is written to the workspace, /tmp and the home directory together. */
  readonly diskBytes: number;
  readonly maxOpenFiles: number;
}

export const DEFAULT_LIMITS: Limits = {
  timeoutMs: 90_000,
  memoryBytes: 4 * 1024 ** 3,
  maxProcesses: 512,
  maxOutputBytes: 16 * 1024 ** 2,
  diskBytes: 1024 ** 3,
  maxOpenFiles: 4096,
};

export interface Command {
  /** Program and arguments; looked up on the sandbox's PATH, no shell in between. */
  readonly argv: readonly string[];
  /** Added to the sandbox's own clean environment. Nothing is inherited from the host. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array;
  /** Send stderr into stdout, in the order in which they are written. */
  readonly mergeOutput?: boolean;
  /** Overrides of the workspace's limits for this command. */
  readonly timeoutMs?: number;
  readonly maxOutputBytes?: number;
  /** Ends the command; its result then has `cancelled`. */
  readonly signal?: AbortSignal;
}

/** How a command ended. Exactly one ending: an exit code, a signal, or one of the limits. */
export interface CommandResult {
  /** 0..255, or undefined where it did not exit by itself. */
  readonly exitCode: number | undefined;
  readonly stdout: Uint8Array;
  /** Empty with `mergeOutput`. */
  readonly stderr: Uint8Array;
  readonly ending: 'exited' | 'killed' | 'timed-out' | 'output-exceeded' | 'memory-exceeded' | 'cancelled';
  readonly durationMs: number;
}

/** A process of a workspace that goes on running: its input can be written and its output read meanwhile. */
export interface SandboxProcess {
  /** Writes to its standard input; nothing happens where it has ended. */
  write(content: Uint8Array): void;
  /**
   * How it ended; resolves when it and everything that it started is dead. The exit code is there with `exited`.
   * Rejects with SandboxError where the sandbox itself failed.
   */
  readonly ended: Promise<{
    readonly ending: 'exited' | 'killed' | 'memory-exceeded';
    readonly exitCode: number | undefined;
  }>;
  /** Kills it and everything that it started, and waits until that is so. Idempotent. */
  kill(): Promise<void>;
}

/** A workspace and the place where its commands run. One owner; nothing it started outlives `close`. */
export interface Sandbox {
  /** Absolute path of the workspace as commands see it. */
  readonly workdir: string;
  /** Absolute path of the harness files as commands see it. */
  readonly harnessDir: string;
  /**
   * Runs a command to its end. Files stay; every process that it leaves behind is dead when this returns.
   * Throws SandboxError where the sandbox itself failed: a command that merely fails is a CommandResult.
   */
  run(command: Command): Promise<CommandResult>;
  /**
   * Starts a process that goes on running until it exits, is killed or the sandbox closes; returns when it runs.
   * `onOutput` gets stdout and stderr, merged in the order in which they are written.
   * It has no bound on time and output of its own: whoever starts it bounds each use of it. All other limits hold; the
   * memory is that of the workspace, so where `run` and it together exceed it, both end.
   * It runs side by side with `run`, of which neither sees or ends the other's processes.
   * Throws SandboxError where the sandbox failed or is closed.
   */
  start(command: Pick<Command, 'argv' | 'env'>, onOutput: (chunk: Uint8Array) => void): Promise<SandboxProcess>;
  /** Content of a regular file of the workspace. Throws SandboxError `file-not-found`. Links are not followed out. */
  readFile(path: string): Promise<Uint8Array>;
  /** Writes a regular file, making its directories. */
  writeFile(path: string, content: Uint8Array): Promise<void>;
  /** What differs from what the workspace was opened with, `.git` left out; `null`: deleted. */
  changedFiles(): Promise<ReadonlyMap<string, TreeFile | null>>;
  close(): Promise<void>;
}

/** Opens workspaces on one backend. */
export interface SandboxProvider {
  readonly name: string;
  /** What bounds are in force and how, a line each, for a person to read. */
  readonly guarantees: readonly string[];
  /** Identity of what commands find outside the workspace (interpreter, dependencies): part of every run's key. */
  readonly toolchainId: string;
  open(request: WorkspaceRequest): Promise<Sandbox>;
  /**
   * Runs one command beside harness files, in an empty workspace: what `open`, `run` and `close` would do, at less cost.
   * It finds nothing that another command wrote, and nothing that it writes is kept. Throws as these do.
   * `command` is told where the harness files lie.
   */
  runAlone(
    request: Pick<WorkspaceRequest, 'harness' | 'limits'>,
    command: (harnessDir: string) => Command,
  ): Promise<CommandResult>;
  /** Closes what is still open and removes the provider's own files. */
  close(): Promise<void>;
}

/** Opens a workspace, hands it to `use` and closes it, whatever happens. The usual way to get a sandbox. */
export async function withSandbox<Result>(
  provider: SandboxProvider,
  request: WorkspaceRequest,
  use: (sandbox: Sandbox) => Promise<Result>,
): Promise<Result> {
  const sandbox = await provider.open(request);
  try {
    return await use(sandbox);
  } finally {
    await sandbox.close();
  }
}
