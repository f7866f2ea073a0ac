import { EnvironmentError } from '../environment-error.js';
import { openIsomorphicRepository } from './isomorphic-repository.js';
import { openNativeRepository } from './native-repository.js';
import type { GitLocation } from './run-git.js';

/** A file as a tree object names it. */
export interface TreeItem {
  /** Bytes: git does not say in which encoding. */
  readonly path: Buffer;
  /** As in git's trees: 100644, 100755, 120000, 160000 for a submodule. */
  readonly mode: string;
  /** 40 hex digits, or 64 in a repository of SHA-256. */
  readonly objectId: string;
}

/** One commit of the history of a repository. */
export interface Commit {
  /** Full id. */
  readonly id: string;
  readonly parents: readonly string[];
  /** First paragraph of the message, on one line. */
  readonly subject: string;
  readonly authorDate: Date;
}

/** Reads one repository and never writes to it. All methods throw EnvironmentError. */
export interface GitRepository {
  /** Full id of the commit that a revision names. */
  resolveCommit(revision: string): Promise<string>;
  listTree(commitId: string): Promise<TreeItem[]>;
  readBlob(objectId: string): Promise<Uint8Array>;
  /** The commit and its ancestors, newest first, at most `limit`. */
  listCommits(commitId: string, limit: number): Promise<Commit[]>;
  /** Files that differ from HEAD or are neither tracked nor ignored; undefined where it cannot be told. */
  countUncommitted(): Promise<number | undefined>;
  close(): void;
}

/** `auto`: the git program, or isomorphic-git where it is not installed. */
export type GitReader = 'auto' | 'native' | 'isomorphic';

/** Opens the repository at a location. Throws EnvironmentError `unreadable` or `git-needed`. */
export async function openRepository(location: GitLocation, reader: GitReader): Promise<GitRepository> {
  if (reader === 'isomorphic') return openIsomorphicRepository(location);
  const native = await openNativeRepository(location);
  if (native !== undefined) return native;
  if (reader === 'auto') return openIsomorphicRepository(location);
  throw new EnvironmentError('git-needed', 'Expected the program git on PATH, found none. Install git.');
}
