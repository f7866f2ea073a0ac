import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import type { SandboxProvider } from '@swe-selfplay/sandbox';
import type { Command } from 'commander';
import { openSession, type Session, type SessionOptions } from '../session.js';
import { UsageError } from './exit-code.js';
import { choice, numberIn } from './parse-option.js';
import { openTerminal, type Terminal } from './terminal.js';
import { withInterrupt } from './with-interrupt.js';

/** Options of every command that runs tests. */
export interface SessionFlags {
  readonly sandbox: 'auto' | 'namespaces' | 'process';
  readonly jobs: number;
  /** A directory, or false for `--no-cache`; undefined for the default one. */
  readonly cache?: string | false;
  readonly python?: string;
  readonly image?: string;
  readonly workdir?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export function addSessionOptions(command: Command): Command {
  const sandbox = choice('--sandbox <backend>', 'where tests run', ['auto', 'namespaces', 'process']);
  return command
    .optionsGroup('How tests run, and what is said:')
    .addOption(sandbox.default('auto'))
    .option(
      '--jobs <n>',
      'suites that run at once; as many as there are cores',
      numberIn({ min: 1, max: 1024 }),
      availableParallelism(),
    )
    .option('--cache <dir>', 'where finished runs are kept (default: ~/.cache/swe-selfplay)')
    .option('--no-cache', 'keep no finished runs for later')
    .option('--python <path>', 'the python3 that tests run with (default: the one on the PATH)')
    .option('--image <image>', 'run everything in containers of this image, by Docker or Podman (see DOCKER_HOST)')
    .option('--workdir <dir>', 'where the repository lies in the image (default: its working directory)')
    .option('--verbose', 'say how the sandbox bounds what runs')
    .option('-q, --quiet', 'say nothing but the result and what is wrong');
}

/** Opens a session as the options say, ends it whatever happens, and gives back the exit code. */
export async function withSession(
  flags: SessionFlags,
  work: (session: Session, terminal: Terminal, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const terminal = openTerminal(flags);
  return withInterrupt(terminal, async (signal) => {
    const session = await openSession({
      sandbox: flags.sandbox,
      jobs: flags.jobs,
      cacheDirectory: cacheDirectoryOf(flags),
      python: flags.python,
      container: containerOf(flags),
      onProblem: (message) => terminal.warn(`warning: ${message}`),
    });
    try {
      sayGuarantees(session.provider, terminal, flags.verbose === true);
      return await work(session, terminal, signal);
    } finally {
      await session.close();
    }
  });
}

/** Which sandbox it is and, at length, what it bounds and how. */
function sayGuarantees({ name, guarantees }: SandboxProvider, terminal: Terminal, isVerbose: boolean): void {
  terminal.say(`Sandbox ${name}${isVerbose ? ':' : ' (--verbose says what it bounds and how)'}`);
  if (isVerbose) for (const guarantee of guarantees) terminal.say(`  ${guarantee}`);
}

/** Where things are kept for later processes; undefined: nowhere. */
export function cacheDirectoryOf({ cache }: Pick<SessionFlags, 'cache'>): string | undefined {
  return cache === false ? undefined : (cache ?? defaultCacheDirectory());
}

/** Throws UsageError for a sandbox beside the one that an image asks for. */
function containerOf({ image, workdir, sandbox, python }: SessionFlags): SessionOptions['container'] {
  if (image === undefined) {
    if (workdir !== undefined) throw new UsageError('Expected --workdir together with --image.');
    return undefined;
  }
  if (sandbox !== 'auto') throw new UsageError(`Expected --image or --sandbox ${sandbox}, got both.`);
  if (python !== undefined) throw new UsageError('Expected --image or --python, got both: the image has its own.');
  return { image, ...(workdir !== undefined && { workdir }) };
}

function defaultCacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'swe-selfplay');
}
