import { spawn } from 'node:child_process';
import type { LaidBase } from '../base-store.js';
import type { HiddenPlace } from '../hidden-places.js';
import { coverInherited } from '../inherited-descriptors.js';
import { formatMountTable } from '../mount-plan.js';
import type { ChangePlan } from '../plan-changes.js';
import type { TreeFile } from '../sandbox.js';
import { SandboxError } from '../sandbox-error.js';
import { killGroup } from '../start-process.js';
import { packTree } from '../tree-archive.js';
import { assertTreePath, directoriesAbove } from '../tree-paths.js';
import { holderArguments, TRUSTED_ENV } from './launch.js';
import type { NamespaceHost } from './namespaces.js';

/** The process that keeps a workspace's namespaces alive; when it ends, so does everything in them. */
export interface Holder {
  /** Host id of the process that owns the namespaces. */
  readonly processId: number;
  end(): Promise<void>;
}

export interface HolderRequest extends ChangePlan {
  readonly harness: ReadonlyMap<string, Uint8Array> | undefined;
  readonly diskBytes: number;
  readonly isUniform: boolean;
  readonly hidden: readonly HiddenPlace[];
}

const SETUP_TIMEOUT_MS = 120_000;
const END_GRACE_MS = 2_000;
const MAX_MESSAGE_CHARACTERS = 4_000;
const PAGE_BYTES = 4096;
const MIN_STAGE_BYTES = 16 * 1024 ** 2;

/** Puts a workspace together and starts its holder. Throws SandboxError `sandbox-failed` or `host-exhausted`. */
export async function startHolder(host: NamespaceHost, base: LaidBase, request: HolderRequest): Promise<Holder> {
  const harness = [...(request.harness ?? [])].map(([path, content]): [string, TreeFile] => [
    assertTreePath(path),
    { mode: '100755', content },
  ]);
  const archives = {
    harness: harness.length === 0 ? undefined : await packTree(harness),
    deletions:
      request.deletions.length === 0 ? undefined : Buffer.from(request.deletions.map((path) => `./${path}\0`).join('')),
    changes: request.files.size === 0 ? undefined : await packTree(request.files),
  };
  const args = holderArguments(host.mode, {
    mountDirectory: host.mountDirectory,
    mountTable: formatMountTable({
      ...host,
      lower: `${host.bases.directory}/${base.name}/tree`,
      isUnprivileged: !host.mode.isRoot,
      isUniform: request.isUniform,
      hidden: request.hidden,
    }),
    diskBytes: request.diskBytes + (archives.harness?.length ?? 0),
    copy: request.isUniform ? measureCopy(base, request, archives.changes?.length ?? 0) : undefined,
    hasHarness: archives.harness !== undefined,
    hasDeletions: archives.deletions !== undefined,
    hasChanges: archives.changes !== undefined,
    loopback: host.loopback,
    python: host.toolchain.python,
  });
  const inputs = [archives.harness, archives.deletions, archives.changes];
  const child = spawn('unshare', args, {
    cwd: '/',
    env: TRUSTED_ENV,
    detached: true,
    stdio: coverInherited([
      'pipe',
      'pipe',
      'pipe',
      ...inputs.map((input) => (input === undefined ? 'ignore' : 'pipe')),
    ]),
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  child.stdin!.on('error', () => {});
  for (const [index, input] of inputs.entries()) {
    const pipe = child.stdio[3 + index] as NodeJS.WritableStream | null | undefined;
    if (input !== undefined) pipe?.on('error', () => {}).end(input);
  }
  try {
    const processId = await waitUntilReady(child);
    return { processId, end };
  } catch (error) {
    await end();
    throw error;
  }

  async function end(): Promise<void> {
    child.stdin!.end();
    const timer = setTimeout(() => killGroup(child.pid), END_GRACE_MS);
    await ended;
    clearTimeout(timer);
    for (const stream of child.stdio) (stream as { destroy?(): void } | null)?.destroy?.();
  }
}

/** Room for a copy of the tree; it depends on the tree alone, since commands can see it. */
function measureCopy(base: LaidBase, plan: ChangePlan, changedBytes: number) {
  const sizes = new Map([...base.files].map(([path, { stamp }]) => [path, Number.parseInt(stamp, 10)]));
  for (const path of plan.deletedFiles) sizes.delete(path);
  for (const [path, { content }] of plan.files) sizes.set(path, content.length);
  const directories = new Set([...sizes.keys()].flatMap(directoriesAbove));
  const pages = [...sizes.values()].reduce((sum, size) => sum + Math.ceil(size / PAGE_BYTES), 0);
  return {
    bytes: (pages + directories.size) * PAGE_BYTES,
    inodes: sizes.size + directories.size,
    stagedBytes: 2 * changedBytes + MIN_STAGE_BYTES,
  };
}

function waitUntilReady(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    let message = '';
    const timer = setTimeout(() => fail('it took too long'), SETUP_TIMEOUT_MS);
    child.stderr!.on('data', (chunk: Buffer) => {
      if (message.length < MAX_MESSAGE_CHARACTERS) message += chunk.toString();
    });
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const processId = /^(\d+)\nready\n/.exec(output)?.[1];
      if (processId === undefined) return;
      clearTimeout(timer);
      resolve(Number(processId));
    });
    child.once('close', () => fail(message.trim() || 'it ended without a reason'));
    child.once('error', (error: NodeJS.ErrnoException) => fail(error.message, error));

    function fail(reason: string, cause?: NodeJS.ErrnoException): void {
      clearTimeout(timer);
      const code = cause?.code === 'EAGAIN' || cause?.code === 'ENOMEM' ? 'host-exhausted' : 'sandbox-failed';
      reject(new SandboxError(code, `The workspace could not be set up: ${reason}`, { cause }));
    }
  });
}
