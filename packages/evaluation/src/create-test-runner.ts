import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError, layersOf, type Snapshot, type TestCommand } from '@swe-selfplay/artifact';
import { DEFAULT_LIMITS, type Limits, SandboxError, type SandboxProvider } from '@swe-selfplay/sandbox';
import PQueue from 'p-queue';
import { EvaluationError } from './evaluation-error.js';
import { createDiskRunCache, createMemoryRunCache, type RunCache } from './run-cache.js';
import { runKey } from './run-key.js';
import { runParser, runScript } from './run-suite.js';
import type { RunVariation } from './run-variation.js';
import { type SharedWork, shareWork } from './shared-work.js';
import type { Parse, TestRun } from './test-run.js';
import type { RunOptions, TestRunner } from './test-runner.js';

export interface TestRunnerOptions {
  readonly provider: SandboxProvider;
  /** Where finished runs are kept for later processes; without it they are kept in memory. */
  readonly cacheDirectory?: string | undefined;
  /** Sandboxes at work at once; default: the number of cores. */
  readonly jobs?: number | undefined;
  /** Overrides of DEFAULT_LIMITS for runs of `test_script.sh`. */
  readonly limits?: Partial<Limits> | undefined;
  /** Overrides of PARSER_LIMITS for runs of `test_parser.py`. */
  readonly parserLimits?: Partial<Limits> | undefined;
  /** False: no second witness goes along, and nothing is known of it in gradings. Default true. */
  readonly isWitnessed?: boolean | undefined;
  /** Hears of troubles that cost nothing but time, such as a full disk under the cache. */
  readonly onProblem?: ((message: string) => void) | undefined;
}

/** Bounds of one run of `test_parser.py`. */
export const PARSER_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  timeoutMs: 30_000,
  memoryBytes: 2 * 1024 ** 3,
  maxProcesses: 64,
  maxOutputBytes: 32 * 1024 ** 2,
  diskBytes: 64 * 1024 ** 2,
};

const ATTEMPTS = 3;
const RETRY_DELAY_MS = 200;

/** Makes the runner that all checks, gradings and searches of one process share. */
export function createTestRunner(options: TestRunnerOptions): TestRunner {
  const { provider } = options;
  const queue = new PQueue({ concurrency: options.jobs ?? availableParallelism() });
  const cache = openCache(options);
  const running = new Map<string, SharedWork<TestRun>>();
  const counts = { executed: 0, cached: 0 };
  const isWitnessed = options.isWitnessed ?? true;
  const parserLimits = { ...PARSER_LIMITS, ...options.parserLimits };

  async function execute(layers: Snapshot, command: TestCommand, run: ExecuteOptions): Promise<TestRun> {
    const workspace = { base: layers.base, changes: layers.changes };
    const { script, witness } = await retryingSandbox(run.signal, () =>
      runScript(provider, workspace, command.script, {
        limits: run.scriptLimits,
        repeat: run.repeat,
        variation: run.variation,
        isWitnessed,
        signal: run.signal,
      }),
    );
    counts.executed += 1;
    const parse =
      script.ending === 'exited'
        ? await retryingSandbox(run.signal, () =>
            runParser(provider, command, script.output, { limits: parserLimits, signal: run.signal }),
          )
        : undefined;
    return { script, parse, witness, isCached: false };
  }

  return {
    counts,
    async run(snapshot: Snapshot, command: TestCommand, runOptions: RunOptions = {}): Promise<TestRun> {
      const layers = layersOf(snapshot);
      const { repeat = 0, variation = {} } = runOptions;
      const scriptLimits = {
        ...DEFAULT_LIMITS,
        ...options.limits,
        ...(runOptions.timeoutMs === undefined ? {} : { timeoutMs: runOptions.timeoutMs }),
      };
      const key = runKey({
        provider,
        snapshot: layers,
        command,
        scriptLimits,
        parserLimits,
        repeat,
        variation,
        isWitnessed,
      });
      const shared = running.get(key);
      if (shared !== undefined && !shared.isAbandoned) {
        counts.cached += 1;
        return { ...(await shared.join(runOptions.signal)), isCached: true };
      }
      const work = shareWork(async (signal) => {
        try {
          const known = await cache.get(key);
          if (known !== undefined) {
            counts.cached += 1;
            return { ...known, isCached: true };
          }
          const executed = await queue.add(
            () => execute(layers, command, { scriptLimits, repeat, variation, signal }),
            {
              signal,
            },
          );
          await cache.set(key, executed);
          return executed;
        } finally {
          if (running.get(key) === work) running.delete(key);
        }
      });
      running.set(key, work);
      return work.join(runOptions.signal);
    },
    async parse(command, output, { signal = new AbortController().signal, variation = {} } = {}): Promise<Parse> {
      // Ahead of waiting suites: a parser is quick, and a verdict may hang on it.
      return queue.add(
        () =>
          retryingSandbox(signal, () =>
            runParser(provider, command, output, { limits: parserLimits, variation, signal }),
          ),
        { signal, priority: 1 },
      );
    },
  };
}

interface ExecuteOptions {
  readonly scriptLimits: Limits;
  readonly repeat: number;
  readonly variation: RunVariation;
  readonly signal: AbortSignal;
}

function openCache({ cacheDirectory, onProblem = () => undefined }: TestRunnerOptions): RunCache {
  const memory = createMemoryRunCache();
  if (cacheDirectory === undefined) return memory;
  const disk = createDiskRunCache(cacheDirectory, onProblem);
  return {
    get: async (key) => (await memory.get(key)) ?? (await disk.get(key)),
    set: async (key, run) => {
      await memory.set(key, run);
      await disk.set(key, run);
    },
  };
}

/**
 * A sandbox that failed says nothing about the code: tried again, then reported as what it is. So do a host that fails
 * (a full disk, files that are gone) and a repository that can no longer be read.
 */
async function retryingSandbox<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const failure = describeFailure(error);
      if (failure === undefined) throw error;
      if (attempt === ATTEMPTS || failure.isLasting) {
        throw new EvaluationError('infra', failure.message, { cause: error });
      }
      await delay(RETRY_DELAY_MS * attempt, undefined, { signal });
    }
  }
}

/** How the place to run failed; undefined for any other error, which is a fault of the program. */
function describeFailure(error: unknown): { readonly message: string; readonly isLasting: boolean } | undefined {
  if (error instanceof SandboxError) {
    const isLasting = error.code === 'isolation-unavailable' || error.code === 'invalid-request';
    return { message: `The sandbox failed (${error.code}): ${error.message}`, isLasting };
  }
  if (error instanceof EnvironmentError) {
    return { message: `The repository cannot be read: ${error.message}`, isLasting: false };
  }
  if (error instanceof Error && 'syscall' in error) {
    return { message: `The sandbox failed: ${error.message}`, isLasting: false };
  }
  return undefined;
}
