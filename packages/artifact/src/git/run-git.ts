import { execa } from 'execa';

/** A git call that takes longer hangs, for example on a pipe in the place of a file of `.git`. */
const TIMEOUT_MS = 300_000;
const MAX_OUTPUT_BYTES = 2 ** 30;

/** Git runs here and gets absolute paths: a repository that has gone must not look like a git that is not installed. */
export const WORKING_DIRECTORY = '/';

/** Where git finds a repository; never searched for, so that a broken one does not give way to one around it. */
export interface GitLocation {
  /** `.git`, which may be a file that points elsewhere, or the directory of a bare repository. */
  readonly gitDirectory: string;
  /** Undefined for a bare repository. */
  readonly workTree: string | undefined;
}

export type GitResult =
  | { readonly status: 'ended'; readonly exitCode: number; readonly stdout: Buffer; readonly stderr: string }
  | { readonly status: 'not-installed' }
  | { readonly status: 'failed'; readonly reason: string };

/**
 * Arguments in front of every command: nothing that a repository configures may run a program. File-system monitors,
 * hooks and signature checks are off here; transports and the caller's own configuration in `gitEnvironment`.
 */
export const SAFE_ARGUMENTS: readonly string[] = [
  ...['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'safe.directory=*'],
  ...['-c', 'log.showSignature=false', '-c', 'i18n.logOutputEncoding=UTF-8', '--no-pager', '--literal-pathspecs'],
];

/** The whole environment of git: nothing of the caller's but PATH, nothing that writes, asks or goes to the network. */
export function gitEnvironment(location: GitLocation): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    LC_ALL: 'C',
    GIT_DIR: location.gitDirectory,
    ...(location.workTree === undefined ? {} : { GIT_WORK_TREE: location.workTree }),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_GRAFT_FILE: '/dev/null',
    // A partial clone would fetch what it lacks, with a command of its own choice.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
  };
}

/** Runs one git command that only reads, to its end. Never throws. */
export async function runGit(location: GitLocation, argv: readonly string[]): Promise<GitResult> {
  const result = await execa('git', [...SAFE_ARGUMENTS, ...argv], {
    cwd: WORKING_DIRECTORY,
    env: gitEnvironment(location),
    extendEnv: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    stdin: 'ignore',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_OUTPUT_BYTES,
    reject: false,
  });
  if (result.code === 'ENOENT') return { status: 'not-installed' };
  if (result.timedOut) return { status: 'failed', reason: 'it did not end in time' };
  const { exitCode } = result;
  if (exitCode === undefined || result.isMaxBuffer)
    return { status: 'failed', reason: result.originalMessage ?? 'it was killed' };
  const stderr = Buffer.from(result.stderr).toString().trim();
  return { status: 'ended', exitCode, stdout: Buffer.from(result.stdout), stderr };
}
