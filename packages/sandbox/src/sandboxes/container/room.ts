import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Limits } from '../../sandbox.js';
import { SandboxError } from '../../sandbox-error.js';
import { FIRST_PROCESS_SCRIPT, KEEPER_DIR } from './container-scripts.js';
import { demultiplex } from './demultiplex.js';
import { type EngineClient, EngineRefusal } from './engine-client.js';

/** What a container is made of. */
export interface RoomPlan {
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Volumes by the place where they are mounted. */
  readonly volumes: ReadonlyMap<string, string>;
  /** Places that are shown as empty, read-only directories. */
  readonly emptyPlaces: readonly string[];
  readonly limits: Limits;
  /** The first container of its volumes; any other is to find what was begun. */
  readonly isFirst: boolean;
  /** The engine's name of a filter of system calls stricter than its own, if any. */
  readonly filter: readonly string[];
  /** The image has a check of its own, which is not to run. */
  readonly hasHealthcheck: boolean;
  /** User of the first process; commands have another. */
  readonly keeperId: number;
}

/** What the first process says of its container. */
export interface RoomState {
  readonly processes: number;
  readonly memoryKills: number;
  /** Shared memory, semaphores and message queues that exist without a process. */
  readonly pieces: number;
}

/**
 * One container: a process space in which one command runs at a time. Its first process waits, asks nothing of a command
 * and belongs to another user; it ends when we close its input, be it because we died, and the container with it.
 */
export interface Room {
  readonly id: string;
  /** Throws SandboxError `sandbox-failed` where the container is gone. */
  state(): Promise<RoomState>;
  /** The same once a command has ended, and without its dead orphans, which nobody else takes up. */
  settle(): Promise<RoomState>;
  /** Ends everything in it, and resolves when it is gone. Idempotent. */
  remove(): Promise<void>;
}

/** Processes of the engine that enter the container are counted with those in it. */
const SPARE_PROCESSES = 32;
const MAX_HOST_PROCESSES = 4096;
const STATE_TIMEOUT_MS = 20_000;
const REMOVAL_TIMEOUT_MS = 60_000;
const TRUSTED_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export async function openRoom(engine: EngineClient, plan: RoomPlan): Promise<Room> {
  const { Id: id } = await engine.request<{ Id: string }>('POST', '/containers/create', { body: describeRoom(plan) });
  const remove = createRemoval(engine, id);
  try {
    const query = { stdin: true, stdout: true, stream: true };
    const connection = await engine.hijack(`/containers/${id}/attach`, { query });
    const keeper = talkTo(connection);
    await engine.request('POST', `/containers/${id}/start`);
    await keeper.ask(plan.isFirst ? 'begin' : '');
    return {
      id,
      state: () => keeper.ask(''),
      settle: () => keeper.ask('reap'),
      remove() {
        connection.destroy();
        return remove();
      },
    };
  } catch (error) {
    await remove().catch(() => {});
    throw error;
  }
}

function describeRoom(plan: RoomPlan): unknown {
  const { limits } = plan;
  const limit = (name: string, value: number) => ({ Name: name, Soft: value, Hard: value });
  return {
    Image: plan.image,
    Entrypoint: ['sh', '-c', FIRST_PROCESS_SCRIPT, 'sh', KEEPER_DIR],
    Cmd: [],
    User: `${plan.keeperId}:${plan.keeperId}`,
    Env: [TRUSTED_PATH],
    WorkingDir: '/',
    Hostname: 'sandbox',
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    ...(plan.hasHealthcheck ? { Healthcheck: { Test: ['NONE'] } } : {}),
    Labels: plan.labels,
    HostConfig: {
      AutoRemove: true,
      NetworkMode: 'none',
      IpcMode: 'private',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges', ...plan.filter],
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      PidsLimit: limits.maxProcesses + SPARE_PROCESSES,
      // A request that names bounds of its own replaces the engine's, so both that some hosts cannot raise are named.
      Ulimits: [
        limit('nofile', limits.maxOpenFiles),
        limit('nproc', MAX_HOST_PROCESSES),
        limit('fsize', limits.diskBytes),
        limit('core', 0),
      ],
      ShmSize: limits.diskBytes,
      LogConfig: { Type: 'none' },
      Tmpfs: Object.fromEntries(plan.emptyPlaces.map((place) => [place, 'ro,size=4k,mode=755'])),
      Mounts: [...plan.volumes].map(([place, name]) => ({
        Type: 'volume',
        Source: name,
        Target: place,
        VolumeOptions: { NoCopy: true },
      })),
    },
  };
}

interface Question {
  resolve(line: string): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

/** Questions and answers are lines, answered in their order. */
function talkTo(connection: Duplex): { ask(question: string): Promise<RoomState> } {
  const waiting: Question[] = [];
  let text = '';
  let end: Error | undefined;
  const finish = (error?: Error) => {
    end ??= new SandboxError('sandbox-failed', 'The container of the workspace is gone.', { cause: error });
    for (const question of waiting.splice(0)) {
      clearTimeout(question.timer);
      question.reject(end);
    }
  };
  const take = demultiplex((_stream, content) => {
    text += content.toString('latin1');
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n')) {
      const question = waiting.shift();
      clearTimeout(question?.timer);
      question?.resolve(text.slice(0, at));
      text = text.slice(at + 1);
    }
  });
  connection.on('data', take).on('error', finish).on('close', finish).on('end', finish);
  return {
    async ask(question) {
      const answer = await new Promise<string>((resolve, reject) => {
        if (end !== undefined) return reject(end);
        const timer = setTimeout(() => {
          reject(new SandboxError('sandbox-failed', 'The container of the workspace does not answer.'));
        }, STATE_TIMEOUT_MS);
        waiting.push({ resolve, reject, timer });
        connection.write(`${question}\n`);
      });
      const [processes, memoryKills, pieces, sign] = answer.split(' ').map(Number);
      // File systems in memory go with the last container that has them, and the next one would find empty ones.
      if (sign !== 1) throw new SandboxError('sandbox-failed', 'The workspace was lost with its last container.');
      return { processes: processes ?? Number.NaN, memoryKills: memoryKills ?? 0, pieces: pieces ?? Number.NaN };
    },
  };
}

function createRemoval(engine: EngineClient, id: string): () => Promise<void> {
  let removing: Promise<void> | undefined;
  return () => {
    removing ??= removeContainer(engine, id);
    return removing;
  };
}

/** Kills a container and waits until the engine has forgotten it: nothing of it runs then. */
export async function removeContainer(engine: EngineClient, id: string): Promise<void> {
  const deadline = performance.now() + REMOVAL_TIMEOUT_MS;
  // Some engines give the first process time to end by itself when told to remove, none when told to kill.
  await engine.request('POST', `/containers/${id}/kill`, { query: { signal: 'KILL' } }).catch(ignoreRefusal);
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 500)) {
    await engine.request('DELETE', `/containers/${id}`, { query: { force: true, v: true } }).catch(ignoreRefusal);
    if (!(await doesExist(engine, id))) return;
    if (performance.now() > deadline) {
      throw new SandboxError('sandbox-failed', `The container ${id.slice(0, 12)} could not be removed.`);
    }
    await sleep(pauseMs);
  }
}

async function doesExist(engine: EngineClient, id: string): Promise<boolean> {
  try {
    await engine.request('GET', `/containers/${id}/json`);
    return true;
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    // A container that goes away while it is looked at is an error of the engine's own in some.
    return error.statusCode !== 404 && !/no such container/i.test(error.message);
  }
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof EngineRefusal)) throw error;
}
