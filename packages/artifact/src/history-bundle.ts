import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Environment } from './environment.js';
import { EnvironmentError } from './environment-error.js';
import { findRepository } from './git/find-repository.js';
import { type GitLocation, runGit, WORKING_DIRECTORY } from './git/run-git.js';

/** The history of an environment as a file, or why there is none. */
export type HistoryBundle =
  | {
      readonly status: 'bundled';
      /** What `git bundle create` writes: the revision as `refs/heads/main` and its ancestors, nothing else. */
      readonly bundle: Uint8Array;
      /** For `.git/shallow`: commits whose parents are not there, since the clone ends with them. */
      readonly shallow: readonly string[];
    }
  | { readonly status: 'unavailable'; readonly reason: string };

/** Longest bundle that is made, in bytes. */
export const MAX_HISTORY_BYTES: number = 128 * 1024 ** 2;

const MAX_STDERR_LENGTH = 600;

const known = new WeakMap<Environment, Promise<HistoryBundle>>();

/**
 * Bundles the revision of an environment with its ancestors: no other branch, tag, stash, note or later commit, no
 * reflog, hook or configuration. Made once for each environment, with the git program; nothing is written to the
 * repository. Throws EnvironmentError `unreadable` where git or the file system failed.
 */
export function bundleHistory(environment: Environment): Promise<HistoryBundle> {
  const made = known.get(environment);
  if (made !== undefined) return made;
  const making = makeBundle(environment);
  known.set(environment, making);
  making.catch(() => known.delete(environment));
  return making;
}

async function makeBundle({ directory, revision }: Environment): Promise<HistoryBundle> {
  if (revision === undefined) return unavailable('the directory is no git repository');
  const source = await findRepository(directory);
  if (source === undefined) throw new EnvironmentError('unreadable', `The git repository of ${directory} has gone.`);
  if ((await runGit(source, ['rev-parse', '--git-dir'])).status === 'not-installed')
    return unavailable('the program git is not installed');
  const scratch = await mkdtemp(join(tmpdir(), 'swe-selfplay-history-'));
  try {
    const clean = await cleanRepository(scratch, source, revision);
    return await bundleMain(clean, join(scratch, 'history.bundle'));
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    throw new EnvironmentError('unreadable', `The history of ${directory} cannot be read.`, { cause: error });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** A repository of the same objects in which the revision is the only name, and nothing is configured. */
async function cleanRepository(scratch: string, source: GitLocation, revision: string): Promise<GitLocation> {
  const gitDirectory = join(scratch, 'git');
  await mkdir(join(gitDirectory, 'refs', 'heads'), { recursive: true });
  await symlink(await gitPath(source, 'objects'), join(gitDirectory, 'objects'));
  const isSha256 = revision.length === 64;
  const config = `[core]\n\trepositoryformatversion = ${isSha256 ? 1 : 0}\n\tbare = true\n${
    isSha256 ? '[extensions]\n\tobjectformat = sha256\n' : ''
  }`;
  await writeFile(join(gitDirectory, 'config'), config);
  await writeFile(join(gitDirectory, 'HEAD'), 'ref: refs/heads/main\n');
  await writeFile(join(gitDirectory, 'refs', 'heads', 'main'), `${revision}\n`);
  const shallow = await readFile(await gitPath(source, 'shallow'), 'utf8').catch(ignoreMissing);
  if (shallow !== undefined) await writeFile(join(gitDirectory, 'shallow'), shallow);
  return { gitDirectory, workTree: undefined };
}

async function bundleMain(clean: GitLocation, path: string): Promise<HistoryBundle> {
  const shallow = await readFile(join(clean.gitDirectory, 'shallow'), 'utf8').catch(ignoreMissing);
  const ends = new Set(shallow?.split('\n'));
  const roots = await runOrThrow(clean, ['rev-list', '--max-parents=0', 'refs/heads/main']);
  const creation = await runGit(clean, ['bundle', 'create', '--quiet', path, 'refs/heads/main']);
  if (creation.status === 'ended' && creation.exitCode !== 0) {
    // Such as a partial clone, which has the files of its revision and not those of all commits before it.
    return unavailable(`git cannot bundle it: ${creation.stderr.slice(-MAX_STDERR_LENGTH)}`);
  }
  if (creation.status !== 'ended') throw new EnvironmentError('unreadable', 'git bundle failed on the history.');
  const { size } = await stat(path);
  if (size > MAX_HISTORY_BYTES) {
    return unavailable(`its bundle has ${megabytes(size)} MiB, more than ${megabytes(MAX_HISTORY_BYTES)} MiB`);
  }
  const bundle = await readFile(path);
  return { status: 'bundled', bundle, shallow: roots.split('\n').filter((id) => id !== '' && ends.has(id)) };
}

/** Where a repository keeps something; a linked work tree shares it with others. */
async function gitPath(location: GitLocation, name: string): Promise<string> {
  const path = await runOrThrow(location, ['rev-parse', '--git-path', name]);
  return resolve(WORKING_DIRECTORY, path.replace(/\n$/, ''));
}

async function runOrThrow(location: GitLocation, argv: readonly string[]): Promise<string> {
  const result = await runGit(location, argv);
  if (result.status === 'ended' && result.exitCode === 0) return result.stdout.toString();
  const detail =
    result.status === 'ended' ? result.stderr : result.status === 'failed' ? result.reason : 'it is not installed';
  throw new EnvironmentError('unreadable', `git ${argv[0]} failed on the history: ${detail}`);
}

function unavailable(reason: string): HistoryBundle {
  return { status: 'unavailable', reason };
}

function megabytes(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(0);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
