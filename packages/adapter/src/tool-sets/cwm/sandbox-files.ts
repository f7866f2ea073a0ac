import { posix } from 'node:path';
import type { Command, CommandResult } from '@swe-selfplay/sandbox';

/** Files anywhere on the machine, with the rights of the commands that run there. Paths are absolute. */
export interface SandboxFiles {
  read(path: string): Promise<FileReading>;
  /** As `read`, but a symbolic link at the path is none: what it leads to may not be what is read later. */
  readUnlinked(path: string): Promise<FileReading>;
  /** Writes a file that is there, in its place: its mode and links to it stay. */
  overwrite(path: string, content: Uint8Array): Promise<FileWriting>;
  /** Writes a file that is not there. */
  create(path: string, content: Uint8Array): Promise<FileWriting>;
}

export type FileReading =
  | { readonly status: 'read'; readonly content: Uint8Array }
  | { readonly status: 'missing' }
  | { readonly status: 'failed'; readonly reason: string };

export type FileWriting =
  | { readonly status: 'written' }
  | { readonly status: 'exists' | 'no-directory' }
  | { readonly status: 'failed'; readonly reason: string };

const MAX_FILE_BYTES = 16 * 1024 ** 2;
const TIMEOUT_MS = 60_000;

const MISSING = 44;
const NO_FILE = 45;
const EXISTS = 46;
const NO_DIRECTORY = 47;
const LINK = 48;

// 1: path. What is no regular file, such as a named pipe, might never be read to its end.
const READ_SCRIPT = `
[ -e "$1" ] || exit ${MISSING}
[ -f "$1" ] || exit ${NO_FILE}
exec cat -- "$1"
`;

const READ_UNLINKED_SCRIPT = `
if [ -L "$1" ]; then exit ${LINK}; fi
${READ_SCRIPT}`;

const OVERWRITE_SCRIPT = `
[ -f "$1" ] || exit ${NO_FILE}
cat >"$1"
`;

// 1: path, 2: its directory. No clobbering: the file may have come up since it was looked for.
const CREATE_SCRIPT = `
if [ -e "$1" ] || [ -L "$1" ]; then exit ${EXISTS}; fi
[ -d "$2" ] || exit ${NO_DIRECTORY}
set -C
cat >"$1"
`;

/**
 * Works with commands in the sandbox: what fails there, on a full disk or without the right to write, is then an answer
 * and no failure of the sandbox.
 */
export function createSandboxFiles(run: (command: Command) => Promise<CommandResult>): SandboxFiles {
  async function runScript(script: string, path: string, options: Pick<Command, 'stdin' | 'maxOutputBytes'>) {
    const argv = ['sh', '-c', script, 'sh', path, posix.dirname(path)];
    return run({ argv, timeoutMs: TIMEOUT_MS, ...options });
  }
  async function write(script: string, path: string, content: Uint8Array): Promise<FileWriting> {
    if (path.includes('\0')) return { status: 'failed', reason: NUL_IN_PATH };
    const result = await runScript(script, path, { stdin: content, maxOutputBytes: 65_536 });
    if (result.exitCode === 0) return { status: 'written' };
    if (result.exitCode === EXISTS) return { status: 'exists' };
    if (result.exitCode === NO_DIRECTORY) return { status: 'no-directory' };
    return { status: 'failed', reason: reasonOf(result) };
  }
  async function read(script: string, path: string): Promise<FileReading> {
    if (path.includes('\0')) return { status: 'failed', reason: NUL_IN_PATH };
    const result = await runScript(script, path, { maxOutputBytes: MAX_FILE_BYTES });
    if (result.exitCode === 0) return { status: 'read', content: result.stdout };
    return result.exitCode === MISSING ? { status: 'missing' } : { status: 'failed', reason: reasonOf(result) };
  }
  return {
    read: (path) => read(READ_SCRIPT, path),
    readUnlinked: (path) => read(READ_UNLINKED_SCRIPT, path),
    overwrite: (path, content) => write(OVERWRITE_SCRIPT, path, content),
    create: (path, content) => write(CREATE_SCRIPT, path, content),
  };
}

const NUL_IN_PATH = 'a path cannot hold a NUL character';

function reasonOf({ ending, exitCode, stderr }: CommandResult): string {
  if (exitCode === NO_FILE) return 'it is not a regular file';
  if (exitCode === LINK) return 'it is a symbolic link, and the file itself is needed';
  switch (ending) {
    case 'exited':
      return lastLineOf(stderr) || `exit code ${exitCode}`;
    case 'killed':
      return 'it was killed by a signal';
    case 'timed-out':
      return `it took more than ${TIMEOUT_MS / 1000} s`;
    case 'output-exceeded':
      return `it is larger than ${MAX_FILE_BYTES / 1024 ** 2} MiB`;
    case 'memory-exceeded':
      return 'the memory of the machine is used up';
    case 'cancelled':
      return 'it was cancelled';
  }
}

/** What the program says, without the names of shell and line before it. */
function lastLineOf(stderr: Uint8Array): string {
  const line = Buffer.from(stderr).toString('utf8').trim().split('\n').at(-1) ?? '';
  return line.replace(/^sh: (line )?\d+: /, '').slice(0, 500);
}
