import { createHash } from 'node:crypto';
import type { Command, CommandResult, Sandbox, WorkspaceRequest } from '../../sandbox.js';

type AloneRequest = Pick<WorkspaceRequest, 'harness' | 'limits'>;

export interface FreshWorkspaces {
  /** Runs one command in an empty workspace in which nothing has run and nothing will. */
  run(request: AloneRequest, command: (harnessDir: string) => Command): Promise<CommandResult>;
  /** Resolves when nothing is opened or closed any more; what waits is for the provider to close. */
  settle(): Promise<void>;
}

/** Kinds of workspaces of which one waits, most recently used first. */
const MAX_WAITING = 2;
/** Nothing that runs alone needs more. */
const DISK_BYTES = 64 * 1024 ** 2;

/**
 * Workspaces for one command each. The next one with the same harness files and limits is opened while nobody waits for
 * it: what was never used has nothing that could carry over, which no cleaning of a used one could promise.
 */
export function createFreshWorkspaces(open: (request: WorkspaceRequest) => Promise<Sandbox>): FreshWorkspaces {
  const waiting = new Map<string, Promise<Sandbox>>();
  const background = new Set<Promise<unknown>>();
  let isSettling = false;

  function inBackground(work: Promise<unknown>): void {
    const settled = work.catch(() => {}); // What fails here is tried again by whoever needs it.
    background.add(settled);
    settled.then(() => background.delete(settled));
  }

  function prepare(key: string, request: WorkspaceRequest): void {
    if (isSettling || waiting.has(key)) return;
    const opening = open(request);
    waiting.set(key, opening);
    inBackground(opening);
    opening.catch(() => waiting.delete(key));
    const [oldest] = waiting;
    if (waiting.size > MAX_WAITING && oldest !== undefined) {
      waiting.delete(oldest[0]);
      inBackground(oldest[1].then((sandbox) => sandbox.close()));
    }
  }

  async function take(key: string, request: WorkspaceRequest): Promise<Sandbox> {
    const prepared = waiting.get(key);
    waiting.delete(key);
    return (await prepared?.catch(() => undefined)) ?? open(request);
  }

  return {
    async run({ harness = new Map(), limits = {} }, command) {
      const diskBytes = Math.min(limits.diskBytes ?? DISK_BYTES, DISK_BYTES);
      const request = { base: undefined, changes: new Map(), harness, limits: { ...limits, diskBytes } };
      const key = keyOf(request.harness, request.limits);
      const sandbox = await take(key, request);
      prepare(key, request);
      try {
        return await sandbox.run(command(sandbox.harnessDir));
      } finally {
        inBackground(sandbox.close()); // Its processes are dead already.
      }
    },
    async settle() {
      isSettling = true;
      while (background.size > 0) await Promise.all(background);
    },
  };
}

function keyOf(harness: ReadonlyMap<string, Uint8Array>, limits: Readonly<Record<string, number>>): string {
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(limits).sort()));
  for (const [path, content] of [...harness].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`\0${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
