import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeBase, EMPTY_TREE } from '../base-store.js';
import { layOut } from '../lay-out-tree.js';
import { mergeTree } from '../merge-tree.js';
import { type ChangePlan, planChanges } from '../plan-changes.js';
import { runProcess } from '../run-process.js';
import { DEFAULT_LIMITS, type Limits, type Sandbox, type SandboxProvider, type WorkspaceRequest } from '../sandbox.js';
import { SandboxError } from '../sandbox-error.js';
import { detectToolchain } from '../toolchain.js';
import { assertTreePath } from '../tree-paths.js';
import { TRUSTED_ENV } from './launch.js';
import { ProcessSandbox } from './process-sandbox.js';

export interface ProcessProviderOptions {
  /** Name or path of the Python that commands find; default `python3`. */
  readonly python?: string;
  /** Where the copies are made; default the system's temporary directory. */
  readonly temporaryDirectory?: string;
  /** Takes the warning that this isolates nothing; default writes it to stderr. */
  readonly warn?: (line: string) => void;
}

const REMOVAL_TIMEOUT_MS = 120_000;
const WARNING =
  'Warning: the process sandbox isolates nothing: commands run as you, with your files, your network and your processes.';

/**
 * Commands as plain processes in a temporary copy, for hosts without namespaces and for code that is trusted. Whatever
 * leaves its process group escapes. Needs GNU find, tar and coreutils.
 */
export function createProcessProvider(options: ProcessProviderOptions = {}): SandboxProvider {
  const warn = options.warn ?? ((line: string) => void process.stderr.write(`${line}\n`));
  warn(WARNING);
  const toolchain = detectToolchain(options.python === undefined ? {} : { python: options.python });
  const open = new Set<Sandbox>();
  let isClosed = false;

  async function openSandbox(request: WorkspaceRequest): Promise<Sandbox> {
    if (isClosed) throw new SandboxError('sandbox-closed', 'The sandbox provider is closed.');
    if (request.hidden !== undefined && request.hidden.length > 0) {
      throw new SandboxError('invalid-request', 'The process sandbox isolates nothing, so it cannot hide files.');
    }
    const limits: Limits = { ...DEFAULT_LIMITS, ...request.limits };
    const parent = realpathSync(options.temporaryDirectory ?? tmpdir());
    const directory = mkdtempSync(join(parent, 'swe-selfplay-'));
    try {
      for (const name of ['home', 'tmp', 'harness']) mkdirSync(join(directory, name));
      const workdir = join(directory, 'workspace');
      const tree = request.base ?? EMPTY_TREE;
      const isMerged = request.isUniform === true;
      const files = isMerged ? mergeTree(tree, request.changes) : tree.readAll();
      const changes: WorkspaceRequest['changes'] = isMerged ? new Map() : request.changes;
      const base = describeBase('', await layOut(workdir, files, process.getuid?.() ?? 0));
      applyPlan(workdir, planChanges(base, changes));
      writeHarness(join(directory, 'harness'), request.harness);
      const sandbox: Sandbox = new ProcessSandbox({ directory, base, changes, limits, toolchain }, () => {
        open.delete(sandbox);
        return removeDirectory(directory, warn);
      });
      open.add(sandbox);
      return sandbox;
    } catch (error) {
      await removeDirectory(directory, warn);
      throw error;
    }
  }

  return {
    name: 'process',
    guarantees: [
      'files, network, privileges: nothing is isolated',
      'reading and writing for the host: symbolic links are checked, but could be exchanged by what runs meanwhile',
      'processes: the process group of a command is killed at its end; what left the group goes on',
      'memory, process number: watched several times a second and killed',
      'disk: the size of one file is bounded, their number is not',
      'time, output: counted here; what exceeds is killed',
    ],
    toolchainId: toolchain.id,
    open: openSandbox,
    runAlone: async (request, command) => {
      const sandbox = await openSandbox({ base: undefined, changes: new Map(), ...request });
      try {
        return await sandbox.run(command(sandbox.harnessDir));
      } finally {
        await sandbox.close();
      }
    },
    async close() {
      isClosed = true;
      await Promise.all([...open].map((sandbox) => sandbox.close()));
    },
  };
}

/** The plan guarantees that no link lies above a path, so nothing is written outside. */
function applyPlan(workdir: string, plan: ChangePlan): void {
  for (const path of plan.deletions) rmSync(join(workdir, path), { recursive: true, force: true });
  for (const [path, file] of plan.files) {
    const target = join(workdir, path);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    if (file.mode === '120000') symlinkSync(Buffer.from(file.content), target);
    else writeFileSync(target, file.content, { flag: 'wx' });
    if (file.mode !== '120000') chmodSync(target, file.mode === '100755' ? 0o755 : 0o644);
  }
}

function writeHarness(directory: string, files: WorkspaceRequest['harness']): void {
  for (const [path, content] of files ?? []) {
    const target = join(directory, assertTreePath(path));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, { mode: 0o555 });
  }
}

/**
 * A program may have taken away the right to enter its own directories, and may have made paths longer than any system
 * call takes. What cannot be removed, as where a program that escaped goes on writing, is told of and left.
 */
async function removeDirectory(directory: string, warn: (line: string) => void): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true });
  } catch {
    const result = await runProcess({
      file: '/bin/sh',
      args: ['-c', 'chmod -R u+rwx -- "$1"; exec rm -rf -- "$1"', 'sh', directory],
      env: TRUSTED_ENV,
      timeoutMs: REMOVAL_TIMEOUT_MS,
      maxOutputBytes: 65_536,
    });
    if (result.exitCode !== 0) warn(`Warning: ${directory} could not be removed.`);
  }
}
