import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  write,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Limits } from './sandbox.js';
import { isAlive } from './temporary-directories.js';

/** The control groups of one workspace. */
export interface WorkspaceCgroup {
  /** Open `cgroup.procs` files: a process that writes 0 into each has joined. */
  readonly descriptors: readonly number[];
  /**
   * Begins the wait that the kernel makes before the first of several processes joins, some 20 ms, so that it is over by
   * the time that a command has come so far: lets the workspace's holder, which is no command, join (again).
   */
  expectJoin(holderProcessId: number): void;
  /** How many processes the kernel has killed for memory so far. */
  countMemoryKills(): number;
  remove(): Promise<void>;
}

export interface CgroupTree {
  readonly description: string;
  create(limits: Limits): WorkspaceCgroup;
}

interface Hierarchy {
  readonly version: 1 | 2;
  /** Where our groups are made: below the group that this process is in. */
  readonly parents: readonly string[];
}

const PREFIX = 'swe-selfplay-';
const ROOT = '/sys/fs/cgroup';
/** Of the sandbox's own processes per command, which the bound on the command's should not count. */
const OWN_PROCESSES = 16;
const REMOVE_ATTEMPTS = 60;

/** The control groups that this process may make, undefined where it may not. Removes those of dead processes. */
export function findCgroupTree(): CgroupTree | undefined {
  for (const hierarchy of [findVersion1(), findVersion2()]) {
    if (hierarchy === undefined) continue;
    try {
      for (const parent of hierarchy.parents) sweep(parent);
      const probe = createCgroup(hierarchy, { memoryBytes: 64 * 1024 ** 2, maxProcesses: 8 });
      for (const descriptor of probe.descriptors) closeSync(descriptor);
      for (const path of probe.paths) rmdirSync(path);
    } catch {
      continue;
    }
    return {
      description: `control groups (version ${hierarchy.version})`,
      create: (limits) => describe(hierarchy, createCgroup(hierarchy, limits)),
    };
  }
  return undefined;
}

function createCgroup(hierarchy: Hierarchy, limits: Pick<Limits, 'memoryBytes' | 'maxProcesses'>) {
  const name = `${PREFIX}${process.pid}-${randomBytes(4).toString('hex')}`;
  const paths = hierarchy.parents.map((parent) => join(parent, name));
  const descriptors: number[] = [];
  const maxProcesses = String(limits.maxProcesses + OWN_PROCESSES);
  const memory = String(limits.memoryBytes);
  const settings: [string, string][][] =
    hierarchy.version === 1
      ? [[['memory.limit_in_bytes', memory]], [['pids.max', maxProcesses]]]
      : [
          [
            ['memory.max', memory],
            ['memory.swap.max', '0'],
            ['memory.oom.group', '0'],
            ['pids.max', maxProcesses],
          ],
        ];
  try {
    for (const [index, path] of paths.entries()) {
      mkdirSync(path);
      for (const [file, value] of settings[index]!) {
        // A host without swap has no file for it.
        if (file !== 'memory.swap.max' || existsSync(join(path, file))) writeFileSync(join(path, file), value);
      }
      descriptors.push(openSync(join(path, 'cgroup.procs'), 'w'));
    }
  } catch (error) {
    for (const descriptor of descriptors) closeSync(descriptor);
    for (const path of paths) tryRemove(path);
    throw error;
  }
  return { paths, descriptors };
}

function describe(hierarchy: Hierarchy, group: ReturnType<typeof createCgroup>): WorkspaceCgroup {
  const events = join(group.paths[0]!, hierarchy.version === 1 ? 'memory.oom_control' : 'memory.events');
  const pending = new Set<Promise<void>>();
  return {
    descriptors: group.descriptors,
    expectJoin(holderProcessId) {
      const joining = new Promise<void>((resolve) => {
        write(group.descriptors[0]!, String(holderProcessId), null, 'latin1', () => resolve());
      }).finally(() => pending.delete(joining));
      pending.add(joining);
    },
    countMemoryKills: () => Number(/^oom_kill (\d+)/m.exec(readText(events))?.[1] ?? 0),
    async remove() {
      // A descriptor closed too early could by then be another file.
      await Promise.all(pending);
      for (const descriptor of group.descriptors) closeSync(descriptor);
      for (const path of group.paths) {
        for (let attempt = 0; attempt < REMOVE_ATTEMPTS && !tryRemove(path); attempt++) await sleep(5 + attempt);
      }
    },
  };
}

function findVersion1(): Hierarchy | undefined {
  const lines = readText('/proc/self/cgroup').split('\n');
  const parents = ['memory', 'pids'].map((controller) => {
    const own = lines.map((line) => line.split(':')).find((fields) => fields[1]?.split(',').includes(controller))?.[2];
    // In a container the path is the host's and is not there: our group is then the root of the mount.
    return [own, '/'].map((path) => path && join(ROOT, controller, path)).find((path) => path && existsSync(path));
  });
  if (parents.some((parent) => !parent || !existsSync(join(parent, 'cgroup.procs')))) return undefined;
  return { version: 1, parents: parents as string[] };
}

/** Below the root: a group with processes in it, such as our own, may not hand controllers on. */
function findVersion2(): Hierarchy | undefined {
  const controllers = readText(join(ROOT, 'cgroup.subtree_control')).trim().split(' ');
  const isUsable = controllers.includes('memory') && controllers.includes('pids');
  return isUsable ? { version: 2, parents: [ROOT] } : undefined;
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(PREFIX))) {
    const owner = Number(basename(name).slice(PREFIX.length).split('-')[0]);
    if (!isAlive(owner)) tryRemove(join(parent, name));
  }
}

/** True when it is gone. A group is busy until its last process is reaped. */
function tryRemove(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
