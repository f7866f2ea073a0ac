import { join } from 'node:path';
import { createTestRunner, type TestRunner } from '@swe-selfplay/evaluation';
import {
  type ContainerOptions,
  createContainerProvider,
  createSandboxProvider,
  type SandboxProvider,
} from '@swe-selfplay/sandbox';

export interface SessionOptions {
  /** `process` isolates nothing and must be asked for by name; default `auto`, which never falls back to it. */
  readonly sandbox?: 'auto' | 'namespaces' | 'process' | undefined;
  /** Run everything in containers of an image instead; Docker or Podman must answer. */
  readonly container?: Omit<ContainerOptions, 'cacheDirectory'> | undefined;
  /** Suites that run at once; default: the number of cores. */
  readonly jobs?: number | undefined;
  /** Where finished runs and laid-out bases are kept for later processes; without it runs are kept in memory. */
  readonly cacheDirectory?: string | undefined;
  /** The python3 that tests and parsers run with; default: the one on the PATH. */
  readonly python?: string | undefined;
  /** Hears of troubles that cost nothing but time, such as a full disk under the cache. */
  readonly onProblem?: ((message: string) => void) | undefined;
}

/** What everything that runs tests needs; hand it on as it is. */
export interface Session {
  readonly provider: SandboxProvider;
  readonly runner: TestRunner;
  /** Ends what still runs and removes the session's own files. */
  close(): Promise<void>;
}

/** Opens a sandbox provider and a test runner on it. Throws SandboxError where commands cannot be isolated as asked. */
export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const { sandbox = 'auto', container, jobs, cacheDirectory, python, onProblem } = options;
  const cache = cacheDirectory === undefined ? {} : { cacheDirectory };
  const provider =
    container === undefined
      ? await createSandboxProvider({ backend: sandbox, ...(python !== undefined && { python }), ...cache })
      : await createContainerProvider({ ...container, ...cache });
  const runs = cacheDirectory === undefined ? undefined : join(cacheDirectory, 'runs');
  const runner = createTestRunner({ provider, cacheDirectory: runs, jobs, onProblem });
  return { provider, runner, close: () => provider.close() };
}
