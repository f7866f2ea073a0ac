import { posix } from 'node:path';
import { SandboxError } from '../../sandbox-error.js';

/** Places without which nothing runs: something in them may be hidden, they may not. */
const NEEDED = [
  '/usr',
  '/usr/bin',
  '/usr/lib',
  '/usr/local',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/etc',
  '/proc',
  '/dev',
  '/sys',
];
const MAX_HIDDEN = 200;

/**
 * The paths that a workspace is to hide, in one order and each once.
 * Throws SandboxError `invalid-request` for a path that is relative, in the workspace or above it, or that all commands need.
 */
export function describeHidden(paths: readonly string[], workdir: string): string[] {
  if (paths.length > MAX_HIDDEN) throw refusal(`Expected at most ${MAX_HIDDEN} places to hide, got ${paths.length}.`);
  return [...new Set(paths.map((path) => assertHideable(path, workdir)))].sort();
}

function assertHideable(path: string, workdir: string): string {
  const normal = posix.normalize(path).replace(/(?<=.)\/$/, '');
  if (!posix.isAbsolute(path) || path.includes('\0')) {
    throw refusal(`Expected an absolute path to hide, got ${JSON.stringify(path)}.`);
  }
  if (isWithin(normal, workdir) || isWithin(workdir, normal)) {
    throw refusal(`Expected a path outside of the workspace to hide, got ${JSON.stringify(path)}.`);
  }
  if (NEEDED.includes(normal)) throw refusal(`Expected a path in ${normal} to hide, got all of what commands need.`);
  return normal;
}

function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

function refusal(message: string): SandboxError {
  return new SandboxError('invalid-request', message);
}
