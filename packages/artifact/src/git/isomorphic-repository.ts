import fs from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { EnvironmentError } from '../environment-error.js';
import type { Commit, GitRepository, TreeItem } from './git-repository.js';
import type { GitLocation } from './run-git.js';

/** Fewest digits of an abbreviated id, as in git. */
const MIN_ABBREVIATION = 4;

/**
 * A repository read without the git program. Throws EnvironmentError `git-needed` for what isomorphic-git cannot read:
 * alternates, linked work trees, SHA-256, reference tables and partial clones.
 */
export async function openIsomorphicRepository(location: GitLocation): Promise<GitRepository> {
  const gitdir = location.gitDirectory;
  // Without one cache for all calls, each would read the index of every pack again.
  const source = { fs, gitdir, cache: {} };
  await refuseUnsupported(gitdir);
  const readObject = async (oid: string): Promise<{ type: string; object: Uint8Array }> => {
    try {
      const { type, object } = await git.readObject({ ...source, oid, format: 'content' });
      return { type: String(type), object: object as Uint8Array };
    } catch (error) {
      throw unreadable(gitdir, error);
    }
  };
  return {
    resolveCommit: async (revision) => {
      let objectId = await resolveName(source, revision);
      for (;;) {
        const { type, object } = await readObject(objectId);
        if (type === 'commit') return objectId;
        const target =
          type === 'tag' ? /^object ([0-9a-f]{40})$/m.exec(Buffer.from(object).toString('latin1'))?.[1] : undefined;
        if (target === undefined) throw unknownRevision(gitdir, revision);
        objectId = target;
      }
    },
    listTree: async (commitId) => {
      try {
        const { commit } = await git.readCommit({ ...source, oid: commitId });
        return await listTree(commit.tree, async (treeId) => (await readObject(treeId)).object);
      } catch (error) {
        throw error instanceof EnvironmentError ? error : unreadable(gitdir, error);
      }
    },
    readBlob: async (objectId) => (await readObject(objectId)).object,
    listCommits: async (commitId, limit) => {
      try {
        const log = await git.log({ ...source, ref: commitId, depth: limit });
        return log.map(({ oid, commit }): Commit => {
          const subject = commit.message
            .trimStart()
            .split(/\n\s*\n/, 1)[0]!
            .trim()
            .replaceAll('\n', ' ');
          return { id: oid, parents: commit.parent, subject, authorDate: new Date(commit.author.timestamp * 1000) };
        });
      } catch (error) {
        throw unreadable(gitdir, error);
      }
    },
    // Its status misses changes of mode and of what attributes convert: no answer is better than a wrong one.
    countUncommitted: async () => undefined,
    close: () => {
      source.cache = {};
    },
  };
}

async function refuseUnsupported(gitdir: string): Promise<void> {
  const refuse = (what: string) => {
    const message = `Reading ${gitdir} needs the program git on PATH, since it is ${what}. Install git.`;
    return new EnvironmentError('git-needed', message);
  };
  const has = (...path: string[]) =>
    lstat(join(gitdir, ...path)).then(
      () => true,
      () => false,
    );
  if (!(await lstat(gitdir)).isDirectory() || (await has('commondir')))
    throw refuse('a linked work tree or a submodule');
  if (await has('objects', 'info', 'alternates')) throw refuse('a clone that borrows objects (alternates)');
  const packs = await readdir(join(gitdir, 'objects', 'pack')).catch(() => []);
  if (packs.some((name) => name.endsWith('.promisor'))) throw refuse('a partial clone');
  const config = await readFile(join(gitdir, 'config'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw unreadable(gitdir, error);
  });
  const extensions = /^\s*(objectformat|refstorage|partialclone)\s*=\s*"?(\w+)/gim;
  for (const [, name = '', value = ''] of config.matchAll(extensions)) {
    const isUsual = ['sha1', 'files'].includes(value.toLowerCase());
    if (!isUsual) throw refuse(`a repository with ${name} = ${value}`);
  }
}

async function resolveName(
  source: { fs: typeof fs; gitdir: string; cache: object },
  revision: string,
): Promise<string> {
  if (/[\^~:\s\0]|@\{|\.\./.test(revision) || revision === '') {
    const message = `Expected HEAD, a branch, a tag or a commit id, got ${JSON.stringify(revision)}: more needs the program git. Install git.`;
    throw new EnvironmentError('git-needed', message);
  }
  const ref = revision === '@' ? 'HEAD' : revision;
  try {
    return await git.resolveRef({ ...source, ref });
  } catch {
    if (ref === 'HEAD') {
      const message = `The repository ${source.gitdir} has no commit on its branch yet. Commit first.`;
      throw new EnvironmentError('no-commit', message);
    }
  }
  const isAbbreviation = revision.length >= MIN_ABBREVIATION && /^[0-9a-f]+$/.test(revision);
  if (!isAbbreviation) throw unknownRevision(source.gitdir, revision);
  try {
    return await git.expandOid({ ...source, oid: revision });
  } catch (error) {
    throw unknownRevision(source.gitdir, revision, error);
  }
}

/** Reads the bytes of trees: isomorphic-git's own reader gives names as text, and damages those that are not UTF-8. */
async function listTree(rootId: string, readTree: (treeId: string) => Promise<Uint8Array>): Promise<TreeItem[]> {
  const items: TreeItem[] = [];
  const pending = [{ treeId: rootId, prefix: Buffer.alloc(0) }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const bytes = Buffer.from(await readTree(next.treeId));
    for (let at = 0; at < bytes.length; ) {
      const space = bytes.indexOf(32, at);
      const nul = bytes.indexOf(0, space);
      const mode = bytes.toString('latin1', at, space).padStart(6, '0');
      const path = Buffer.concat([next.prefix, bytes.subarray(space + 1, nul)]);
      const objectId = bytes.toString('hex', nul + 1, nul + 21);
      if (space === -1 || nul === -1 || objectId.length !== 40) throw new Error(`the tree ${next.treeId} is malformed`);
      if (mode === '040000') pending.push({ treeId: objectId, prefix: Buffer.concat([path, Buffer.from('/')]) });
      else items.push({ path, mode, objectId });
      at = nul + 21;
    }
  }
  return items;
}

function unknownRevision(gitdir: string, revision: string, cause?: unknown): EnvironmentError {
  const message = `Expected a commit of ${gitdir}, got the unknown revision ${JSON.stringify(revision)}.`;
  return new EnvironmentError('unknown-revision', message, { cause });
}

function unreadable(gitdir: string, cause: unknown): EnvironmentError {
  const message = `Cannot read the repository ${gitdir} without the program git: ${(cause as Error).message}. Install git.`;
  return new EnvironmentError('unreadable', message, { cause });
}
