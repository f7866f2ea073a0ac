import { basename } from 'node:path';
import { directoryBase, resolveDirectory } from './bases/directory.js';
import { revisionBase } from './bases/git-revision.js';
import { EnvironmentError } from './environment-error.js';
import { findRepository } from './git/find-repository.js';
import { type GitReader, type GitRepository, openRepository } from './git/git-repository.js';
import { createSnapshot, type Snapshot } from './snapshot.js';

/** The code to play on: a repository at a revision, or a plain directory as it stands. */
export interface Environment {
  /** Absolute, links resolved. */
  readonly directory: string;
  /** Full id of the commit; undefined for a plain directory. */
  readonly revision: string | undefined;
  readonly kind: 'git-revision' | 'directory';
  /** Last part of `directory`. */
  readonly name: string;
  /** Digest of `original`. */
  readonly digest: string;
  readonly original: Snapshot;
  /** Sentences that a person should see before trusting a result. */
  readonly warnings: readonly string[];
  /** Ends the process that reads the repository; files read later start it again. */
  close(): Promise<void>;
}

export interface EnvironmentSource {
  readonly directory: string;
  /** What `git rev-parse` understands; HEAD by default. */
  readonly revision?: string | undefined;
  readonly reader?: GitReader;
}

/**
 * Opens a directory that is the top of a git work tree, or a bare repository, at a revision, and any other directory as it
 * stands. A directory that only lies inside a work tree is a plain one. Never writes to it.
 * Throws EnvironmentError, with `not-a-repository` for a revision of a plain directory.
 */
export async function openEnvironment({
  directory,
  revision,
  reader = 'auto',
}: EnvironmentSource): Promise<Environment> {
  const resolved = await resolveDirectory(directory);
  const location = await findRepository(resolved);
  if (location === undefined) return openPlainDirectory(resolved, revision);
  const repository = await openRepository(location, reader);
  const base = await revisionBase(repository, revision ?? 'HEAD');
  const warnings = location.workTree === undefined ? [] : await describeUncommitted(repository);
  return describe(resolved, 'git-revision', base.revision, createSnapshot(base), warnings, async () => base.close());
}

async function openPlainDirectory(directory: string, revision: string | undefined): Promise<Environment> {
  if (revision !== undefined) {
    const message = `Expected the top of a git repository for the revision ${JSON.stringify(revision)}, got the plain directory ${directory}.`;
    throw new EnvironmentError('not-a-repository', message);
  }
  const warning = `${directory} is not the top of a git repository: its files are taken as they stand.`;
  const original = createSnapshot(await directoryBase(directory));
  return describe(directory, 'directory', undefined, original, [warning], async () => undefined);
}

function describe(
  directory: string,
  kind: Environment['kind'],
  revision: string | undefined,
  original: Snapshot,
  warnings: readonly string[],
  close: () => Promise<void>,
): Environment {
  const name = basename(directory);
  return Object.freeze({ directory, revision, kind, name, digest: original.digest, original, warnings, close });
}

async function describeUncommitted(repository: GitRepository): Promise<string[]> {
  const count = await repository.countUncommitted();
  if (count === undefined)
    return ['Whether there are uncommitted changes is not known; they are not part of what is played on.'];
  if (count === 0) return [];
  return [`Uncommitted changes are not part of what is played on: ${count} ${count === 1 ? 'file' : 'files'}.`];
}
