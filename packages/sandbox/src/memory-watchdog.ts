import { readFileSync } from 'node:fs';
import { listDescendants } from './process-tree.js';

const POLL_MS = 60;
/** Wrappers of a command, which its bound should not count. */
const OWN_PROCESSES = 16;
const KIBIBYTE = 1024;

export interface WatchedBounds {
  readonly memoryBytes: number;
  readonly maxProcesses: number;
}

/**
 * Stands in for control groups: sums the memory of a process and all below it a few times a second and calls back when
 * it is more than allowed. Descendants stay below `processId` as long as its process space lives, whatever they do.
 * Returns a function that ends the watch.
 */
export function watchMemory(
  processId: number,
  bounds: WatchedBounds,
  onExceeded: (reason: 'memory-exceeded' | 'killed') => void,
): () => void {
  const timer = setInterval(() => {
    const processes = listDescendants(processId);
    if (processes.length > bounds.maxProcesses + OWN_PROCESSES) onExceeded('killed');
    // Pages shared after a fork count once in the exact measure, which is slow: only when the quick one says too much.
    else if (sum(processes, residentBytes) <= bounds.memoryBytes) return;
    else if (sum(processes, proportionalBytes) > bounds.memoryBytes) onExceeded('memory-exceeded');
  }, POLL_MS);
  return () => clearInterval(timer);
}

/** Memory that is not of files on disk. */
function residentBytes(processId: number): number {
  return sumOfFields(read(`/proc/${processId}/status`), /^(?:RssAnon|RssShmem):\s+(\d+)/gm);
}

function proportionalBytes(processId: number): number {
  const rollup = read(`/proc/${processId}/smaps_rollup`);
  if (rollup === '') return residentBytes(processId);
  return sumOfFields(rollup, /^(?:Pss_Anon|Pss_Shmem):\s+(\d+)/gm);
}

function sumOfFields(text: string, pattern: RegExp): number {
  return sum([...text.matchAll(pattern)], (match) => Number(match[1]) * KIBIBYTE);
}

function sum<Item>(items: readonly Item[], measure: (item: Item) => number): number {
  return items.reduce((total, item) => total + measure(item), 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
