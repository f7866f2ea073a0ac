import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError, layersOf, type Snapshot, type TestCommand } from '@swe-selfplay/artifact';
import { DEFAULT_LIMITS, type Limits, SandboxError, type SandboxProvider } from '@swe-selfplay/sandbox';
import PQueue from 'p-queue';
import { EvaluationError } from './evaluation-error.js';
import { createDiskRunCache, createMemoryRunCache, type RunCache, type ScriptRecord, type Store } from './run-cache.js';
import { parseKey, runKey } from './run-key.js';
import { runParser, runScript, type ScriptOptions } from './run-suite.js';
import type { ParseVariation } from './run-variation.js';
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
  const { provider, isWitnessed = true } = options;
  const queue = new PQueue({ concurrency: options.jobs ?? availableParallelism() });
  const cache = openCache(options);
  const scripts = new Map<string, SharedWork<Kept<ScriptRecord>>>();
  const parses = new Map<string, SharedWork<Kept<Parse>>>();
  const counts = { executed: 0, cached: 0 };
  const parserLimits = { ...PARSER_LIMITS, ...options.parserLimits };

  /** Ahead of waiting suites: a parser is quick, and a verdict may hang on it. */
  function parseOutput(
    command: TestCommand,
    output: Uint8Array,
    { signal, variation = {} }: { readonly signal: AbortSignal; readonly variation?: ParseVariation },
  ): Promise<Parse> {
    const parse = () => runParser(provider, command, output, { limits: parserLimits, variation, signal });
    // Many outputs may wait to be parsed with one signal; Node takes more than ten for a leak.
    setMaxListeners(0, signal);
    return queue.add(() => retryingSandbox(signal, parse), { signal, priority: 1 });
  }

  async function executeScript(layers: Snapshot, script: Uint8Array, run: ScriptOptions): Promise<ScriptRecord> {
    const workspace = { base: layers.base, changes: layers.changes };
    const record = await retryingSandbox(run.signal, () => runScript(provider, workspace, script, run));
    counts.executed += 1;
    return record;
  }

  return {
    counts,
    async run(snapshot: Snapshot, command: TestCommand, runOptions: RunOptions = {}): Promise<TestRun> {
      const layers = layersOf(snapshot);
      const { repeat = 0, variation = {}, signal, timeoutMs } = runOptions;
      const limits = { ...DEFAULT_LIMITS, ...options.limits, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
      const key = runKey({
        provider,
        snapshot: layers,
        script: command.script,
        limits,
        repeat,
        variation,
        isWitnessed,
      });
      const run = await keepWork(scripts, cache.scripts, key, signal, (signal) =>
        queue.add(() => executeScript(layers, command.script, { limits, repeat, variation, isWitnessed, signal }), {
          signal,
        }),
      );
      if (run.isCached) counts.cached += 1;
      const { script, witness } = run.value;
      if (script.ending !== 'exited') return { script, parse: undefined, witness, isCached: run.isCached };
      const ofParse = parseKey(key, command.parser, parserLimits);
      const parse = await keepWork(parses, cache.parses, ofParse, signal, (signal) =>
        parseOutput(command, script.output, { signal }),
      );
      return { script, parse: parse.value, witness, isCached: run.isCached };
    },
    parse: (command, output, { signal = new AbortController().signal, variation = {} } = {}): Promise<Parse> =>
      parseOutput(command, output, { signal, variation }),
  };
}

/** A value, and whether it was there or being made already. */
interface Kept<Value> {
  readonly value: Value;
  readonly isCached: boolean;
}

/** What is kept under a key, or being made for somebody else, or else made by `work` and kept. */
async function keepWork<Value>(
  running: Map<string, SharedWork<Kept<Value>>>,
  store: Store<Value>,
  key: string,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Kept<Value>> {
  const known = running.get(key);
  if (known !== undefined && !known.isAbandoned) return { ...(await known.join(signal)), isCached: true };
  const shared = shareWork(async (signal): Promise<Kept<Value>> => {
    try {
      const kept = await store.get(key);
      if (kept !== undefined) return { value: kept, isCached: true };
      const value = await work(signal);
      await store.set(key, value);
      return { value, isCached: false };
    } finally {
      if (running.get(key) === shared) running.delete(key);
    }
  });
  running.set(key, shared);
  return shared.join(signal);
}

function openCache({ cacheDirectory, onProblem = () => undefined }: TestRunnerOptions): RunCache {
  const memory = createMemoryRunCache();
  if (cacheDirectory === undefined) return memory;
  const disk = createDiskRunCache(cacheDirectory, onProblem);
  return { scripts: joinStores(memory.scripts, disk.scripts), parses: joinStores(memory.parses, disk.parses) };
}

function joinStores<Value>(near: Store<Value>, far: Store<Value>): Store<Value> {
  return {
    get: async (key) => (await near.get(key)) ?? (await far.get(key)),
    set: async (key, value) => {
      await near.set(key, value);
      await far.set(key, value);
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
