import { type Environment, openEnvironment } from '@swe-selfplay/artifact';
import type { Terminal } from './terminal.js';

/** Opens the repositories of a command, uses and closes them; what a person should know of them is said. */
export async function withRepositories<Result>(
  directories: readonly string[],
  revision: string | undefined,
  terminal: Terminal,
  use: (environments: readonly Environment[]) => Promise<Result>,
): Promise<Result> {
  const environments: Environment[] = [];
  try {
    for (const directory of directories) {
      const environment = await openEnvironment({ directory, revision });
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
  flags: { readonly repo: string; readonly rev?: string },
  terminal: Terminal,
  use: (environment: Environment) => Promise<Result>,
): Promise<Result> {
  return withRepositories([flags.repo], flags.rev, terminal, ([environment]) => use(environment!));
}
