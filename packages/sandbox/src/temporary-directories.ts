import { mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const PREFIX = '.making-';
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/** A new directory of this process below `parent`, to be renamed or removed; swept once the process is dead. */
export function createTemporaryDirectory(parent: string): string {
  return mkdtempSync(join(parent, `${PREFIX}${processSpace()}-${process.pid}-`));
}

/** Removes what dead processes left. Ids of another process space say nothing here: there, age decides. */
export function sweepTemporaryDirectories(parent: string): void {
  for (const name of readdirSync(parent)) {
    const match = /^\.making-(\d+)-(\d+)-/.exec(name);
    if (match === null) continue;
    const path = join(parent, name);
    const isOurSpace = match[1] === processSpace();
    if (isOurSpace ? !isAlive(Number(match[2])) : isOld(path)) rmSync(path, { recursive: true, force: true });
  }
}

export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function processSpace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

function isOld(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > ABANDONED_AFTER_MS;
}
