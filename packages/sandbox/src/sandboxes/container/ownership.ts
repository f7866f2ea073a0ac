import { readFileSync, readlinkSync } from 'node:fs';
import { isAlive } from '../../temporary-directories.js';
import type { EngineClient } from './engine-client.js';
import { EngineRefusal } from './engine-client.js';
import { removeContainer } from './room.js';

/** On everything that we make in an engine: the process that owns it. */
const OWNER = 'swe-selfplay.owner';
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/** The labels of what this process makes. */
export function ownerLabels(): Record<string, string> {
  return { [OWNER]: `${processSpace()} ${process.pid}` };
}

interface Listed {
  readonly Labels?: Readonly<Record<string, string>> | null;
  /** Seconds of a container, a date of a volume. */
  readonly Created?: number;
  readonly CreatedAt?: string;
}

/** Removes what dead processes left. Ids of another host or process space say nothing here: there, age decides. */
export async function sweep(engine: EngineClient): Promise<void> {
  const filters = JSON.stringify({ label: [OWNER] });
  const containers = await engine.request<(Listed & { Id: string })[]>('GET', '/containers/json', {
    query: { all: true, filters },
  });
  for (const container of containers) {
    if (isAbandoned(container)) await removeContainer(engine, container.Id);
  }
  const { Volumes } = await engine.request<{ Volumes: (Listed & { Name: string })[] | null }>('GET', '/volumes', {
    query: { filters },
  });
  for (const volume of Volumes ?? []) {
    if (isAbandoned(volume)) await removeVolume(engine, volume.Name).catch(() => {}); // In use after all.
  }
}

export async function removeVolume(engine: EngineClient, name: string): Promise<void> {
  try {
    await engine.request('DELETE', `/volumes/${name}`, { query: { force: true } });
  } catch (error) {
    if (!(error instanceof EngineRefusal) || error.statusCode !== 404) throw error;
  }
}

function isAbandoned({ Labels, Created, CreatedAt }: Listed): boolean {
  const owner = Labels?.[OWNER];
  if (owner === undefined) return false;
  const [space, id] = [owner.slice(0, owner.lastIndexOf(' ')), Number(owner.slice(owner.lastIndexOf(' ') + 1))];
  if (space === processSpace()) return !isAlive(id);
  const madeAtMs = Created === undefined ? Date.parse(CreatedAt ?? '') : Created * 1000;
  return Date.now() - madeAtMs > ABANDONED_AFTER_MS;
}

/** Where process ids mean the same: one start of one host, one process space in it. */
function processSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0'}`;
  } catch {
    return 'unknown';
  }
}
