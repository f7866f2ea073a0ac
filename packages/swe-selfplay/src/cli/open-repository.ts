import { type Environment, openEnvironment } from '@swe-selfplay/artifact';
import { extractImageDirectory } from '@swe-selfplay/sandbox';
import type { Command } from 'commander';
import { UsageError } from './exit-code.js';
import { cacheDirectoryOf, type SessionFlags } from './session-options.js';
import type { Terminal } from './terminal.js';

/** Where the code comes from: directories, or an image that holds a repository and its dependencies. */
export interface RepositoryFlags extends SessionFlags {
  readonly repo?: string | readonly string[];
  readonly rev?: string;
}

/** `--repo` and `--rev`; `--image` and `--workdir` are options of the session. `flags` is `--repo <dir>` or `--repo <dir...>`. */
export function addRepositoryOptions(command: Command, flags: string, description: string): Command {
  return command
    .option(flags, `${description}; not needed with an --image that holds it`)
    .option('--rev <revision>', 'its revision (default: HEAD)');
}

/** Opens the repositories of a command, uses and closes them; what a person should know of them is said. */
export async function withRepositories<Result>(
  flags: RepositoryFlags,
  terminal: Terminal,
  use: (environments: readonly Environment[]) => Promise<Result>,
): Promise<Result> {
  const environments: Environment[] = [];
  try {
    for (const directory of await directoriesOf(flags)) {
      const environment = await openEnvironment({ directory, revision: flags.rev });
      environments.push(environment);
      for (const warning of environment.warnings) terminal.warn(`warning: ${warning}`);
    }
    return await use(environments);
  } finally {
    await Promise.all(environments.map((environment) => environment.close()));
  }
}

/** The same for the one repository of a command. */
export async function withRepository<Result>(
  flags: RepositoryFlags,
  terminal: Terminal,
  use: (environment: Environment) => Promise<Result>,
): Promise<Result> {
  return withRepositories(flags, terminal, ([environment]) => use(environment!));
}

/** Throws UsageError where neither a directory nor an image is named: before anything is started. */
export function checkRepository({ repo, image }: RepositoryFlags): void {
  if (repo === undefined && image === undefined)
    throw new UsageError('Expected --repo DIR, or --image IMAGE for a repository that lies in an image.');
}

async function directoriesOf(flags: RepositoryFlags): Promise<readonly string[]> {
  checkRepository(flags);
  const { repo, image, workdir } = flags;
  if (repo !== undefined) return [repo].flat();
  const cacheDirectory = cacheDirectoryOf(flags);
  const { directory } = await extractImageDirectory({
    image: image!,
    ...(workdir !== undefined && { workdir }),
    ...(cacheDirectory !== undefined && { cacheDirectory }),
  });
  return [directory];
}
