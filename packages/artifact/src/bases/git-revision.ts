import { isUtf8 } from 'node:buffer';
import { EnvironmentError } from '../environment-error.js';
import { findRepository } from '../git/find-repository.js';
import { type GitReader, type GitRepository, openRepository, type TreeItem } from '../git/git-repository.js';
import { type Base, type BaseEntry, blobId, type FileMode } from '../snapshot.js';
import { createBase } from './create-base.js';
import { resolveDirectory } from './directory.js';

const SUBMODULE = '160000';

/** The tree of one commit. `close` ends the git process behind it, which a later read starts again. */
export interface GitRevisionBase extends Base {
  /** Full id of the commit. */
  readonly revision: string;
  close(): void;
}

/**
 * The base of a repository at a revision: whatever `git rev-parse` understands with the git program, and HEAD, branches,
 * tags and commit ids without it. `directory` is the top of a work tree, linked or not, or a bare repository; its owner
 * does not matter. Contents are those of the objects (no filters, no line-end conversion), read when they are asked for;
 * submodules are left out. Never writes to the repository and starts no program that it configures.
 * Throws EnvironmentError.
 */
export async function gitRevisionBase(
  directory: string,
  revision = 'HEAD',
  { reader = 'auto' }: { readonly reader?: GitReader } = {},
): Promise<GitRevisionBase> {
  const location = await findRepository(await resolveDirectory(directory));
  if (location === undefined) {
    throw new EnvironmentError('not-a-repository', `Expected the top of a git repository, got ${directory}.`);
  }
  return revisionBase(await openRepository(location, reader), revision);
}

/** The base of one commit of a repository that is open already. */
export async function revisionBase(repository: GitRepository, revision: string): Promise<GitRevisionBase> {
  const commitId = await repository.resolveCommit(revision);
  const files = (await repository.listTree(commitId)).filter(({ mode }) => mode !== SUBMODULE);
  const objectIds = new Map<string, string>();
  for (const item of files) objectIds.set(decodePath(item), item.objectId);
  const readContent = (path: string) => repository.readBlob(objectIds.get(path)!);
  const entries = files.map(async (item): Promise<[string, BaseEntry]> => {
    const isSha1 = item.objectId.length === 40;
    const id = isSha1 ? item.objectId : blobId(await repository.readBlob(item.objectId));
    return [decodePath(item), { mode: toFileMode(item.mode), blobId: id }];
  });
  const base = createBase(await Promise.all(entries), readContent);
  return Object.freeze({ ...base, revision: commitId, close: repository.close });
}

function decodePath({ path }: TreeItem): string {
  if (isUtf8(path)) return path.toString();
  const shown = JSON.stringify(path.toString('latin1'));
  throw new EnvironmentError(
    'unsupported-path',
    `Expected file names in UTF-8, got ${shown} (bytes shown as Latin-1).`,
  );
}

/** Old versions of git wrote modes such as 100664 to trees; they count as git counts them today. */
function toFileMode(mode: string): FileMode {
  if (mode === '120000') return '120000';
  return Number.parseInt(mode, 8) & 0o100 ? '100755' : '100644';
}
