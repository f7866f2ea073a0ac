import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 5;

/** Ids of a process and of all processes below it. */
export function listDescendants(processId: number): number[] {
  const found = [processId];
  for (let index = 0; index < found.length; index++) {
    for (const thread of list(`/proc/${found[index]}/task`)) {
      const children = read(`/proc/${found[index]}/task/${thread}/children`).split(' ').filter(Boolean);
      for (const child of children) found.push(Number(child));
    }
  }
  return found;
}

/**
 * Waits until processes that were killed are dead, at most `timeoutMs`. The first process of a process space is dead
 * when all others in it are: so the kernel does it.
 */
export async function untilDead(processIds: readonly number[], timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (processIds.some(isRunning) && performance.now() < deadline) await sleep(POLL_MS);
}

/** A zombie is dead: only its parent has not heard of it. */
function isRunning(processId: number): boolean {
  const state = /\) (\w)[^)]*$/.exec(read(`/proc/${processId}/stat`))?.[1];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
