import { EnvironmentError } from '../environment-error.js';
import type { Commit, GitRepository, TreeItem } from './git-repository.js';
import { createObjectReader } from './object-reader.js';
import { type GitLocation, runGit } from './run-git.js';

/** A repository read with the git program, or undefined where that is not installed. Throws EnvironmentError. */
export async function openNativeRepository(location: GitLocation): Promise<GitRepository | undefined> {
  const probe = await runGit(location, ['rev-parse', '--is-bare-repository']);
  if (probe.status === 'not-installed') return undefined;
  await runOrThrow(location, ['rev-parse', '--is-bare-repository']);
  const objects = createObjectReader(location);
  return {
    resolveCommit: (revision) => resolveCommit(location, revision),
    listTree: async (commitId) => {
      const listing = await runOrThrow(location, ['ls-tree', '-r', '-z', '--full-tree', commitId]);
      return splitAtNul(listing).map(parseTreeItem);
    },
    readBlob: objects.read,
    listCommits: async (commitId, limit) => {
      const format = '--format=%H%x00%P%x00%at%x00%s';
      const log = await runOrThrow(location, ['log', '-z', `--max-count=${limit}`, format, commitId, '--']);
      const fields = log.length === 0 ? [] : log.toString().split('\0');
      const commits: Commit[] = [];
      for (let at = 0; at + 3 < fields.length; at += 4) commits.push(toCommit(fields.slice(at, at + 4)));
      return commits;
    },
    countUncommitted: () => countUncommitted(location),
    close: objects.close,
  };
}

async function runOrThrow(location: GitLocation, argv: readonly string[]): Promise<Buffer> {
  const result = await runGit(location, argv);
  if (result.status === 'ended' && result.exitCode === 0) return result.stdout;
  const detail =
    result.status === 'ended'
      ? result.stderr || `exit code ${result.exitCode}`
      : result.status === 'failed'
        ? result.reason
        : 'it is gone';
  throw new EnvironmentError('unreadable', `git ${argv[0]} failed in ${location.gitDirectory}: ${detail}`);
}

async function resolveCommit(location: GitLocation, revision: string): Promise<string> {
  const commitId = await tryResolve(location, revision);
  if (commitId !== undefined) return commitId;
  const isFromHead = /^(HEAD|@)(?![^~^@:])/.test(revision);
  if (isFromHead && (await tryResolve(location, 'HEAD')) === undefined) {
    throw new EnvironmentError(
      'no-commit',
      `The repository ${location.gitDirectory} has no commit on its branch yet. Commit first.`,
    );
  }
  const message = `Expected a commit of ${location.gitDirectory}, got the unknown revision ${JSON.stringify(revision)}.`;
  throw new EnvironmentError('unknown-revision', message);
}

async function tryResolve(location: GitLocation, revision: string): Promise<string | undefined> {
  if (revision === '' || revision.includes('\0')) return undefined;
  const result = await runGit(location, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${revision}^{commit}`,
  ]);
  if (result.status !== 'ended')
    throw new EnvironmentError('unreadable', `git rev-parse failed in ${location.gitDirectory}.`);
  const commitId = result.stdout.toString().trim();
  return result.exitCode === 0 && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commitId) ? commitId : undefined;
}

function splitAtNul(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return parts;
}

function parseTreeItem(line: Buffer): TreeItem {
  const tab = line.indexOf(9);
  const [mode = '', , objectId = ''] = line.toString('latin1', 0, tab).split(' ');
  return { path: line.subarray(tab + 1), mode, objectId };
}

function toCommit([id = '', parents = '', seconds = '', subject = '']: string[]): Commit {
  return { id, parents: parents.split(' ').filter(Boolean), subject, authorDate: new Date(Number(seconds) * 1000) };
}

async function countUncommitted(location: GitLocation): Promise<number | undefined> {
  if (location.workTree === undefined) return undefined;
  const filters = await runGit(location, ['config', '-z', '--name-only', '--get-regexp', '^filter\\.']);
  if (filters.status !== 'ended') return undefined;
  // A clean filter is a program that the repository names; status would start it for a file whose time has changed.
  const names = splitAtNul(filters.stdout).map(String);
  const disabled = names.flatMap((name) => ['-c', `${name}=${name.endsWith('.required') ? 'false' : ''}`]);
  const status = ['status', '--porcelain', '-z', '--no-renames', '--untracked-files=normal', '--ignore-submodules=all'];
  const result = await runGit(location, [...disabled, ...status]);
  return result.status === 'ended' && result.exitCode === 0 ? splitAtNul(result.stdout).length : undefined;
}
