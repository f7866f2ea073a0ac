import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names a process so that another one that got its number later is not taken for it. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When it was started, as the kernel counts; null where the system does not tell. */
  readonly startedAt: string | null;
}

export function ownIdentity(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, startedAt: startOf(process.pid) };
}

/** `elsewhere`: it was on another machine (or container), of which nothing can be told from here. */
export function stateOf(identity: ProcessIdentity): 'alive' | 'dead' | 'elsewhere' {
  if (identity.host !== hostname()) return 'elsewhere';
  if (!isRunning(identity.pid)) return 'dead';
  return identity.startedAt === null || identity.startedAt === startOf(identity.pid) ? 'alive' : 'dead';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Boot id and start time: field 22 of /proc/PID/stat, counted behind the name, which may hold anything. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie writes nothing any more; where nobody reaps it, it stays for ever.
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${fields[19]}`;
  } catch {
    return null;
  }
}
