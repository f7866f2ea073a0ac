import type { Environment } from './environment.js';
import { findRepository } from './git/find-repository.js';
import { type Commit, type GitReader, openRepository } from './git/git-repository.js';

export interface HistoryRange {
  /** Most commits to list. */
  readonly limit: number;
  readonly reader?: GitReader;
}

/**
 * The commit of an environment and its ancestors, newest first; none for a plain directory. The history of a shallow
 * clone ends where the clone does. Throws EnvironmentError.
 */
export async function commitsOf(environment: Environment, { limit, reader = 'auto' }: HistoryRange): Promise<Commit[]> {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new TypeError(`Expected a limit of at least 1, got ${limit}.`);
  if (environment.revision === undefined) return [];
  const location = await findRepository(environment.directory);
  if (location === undefined) return [];
  const repository = await openRepository(location, reader);
  try {
    return await repository.listCommits(environment.revision, limit);
  } finally {
    repository.close();
  }
}
