import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { TestRun } from './test-run.js';

/** Keeps finished runs by their key. */
export interface RunCache {
  get(key: string): Promise<TestRun | undefined>;
  set(key: string, run: TestRun): Promise<void>;
}

const MEMORY_BYTES = 256 * 1024 ** 2;

const storedRunSchema = z.object({
  formatVersion: z.literal(1),
  key: z.string(),
  ending: z.enum(['exited', 'output-exceeded']),
  durationMs: z.number(),
  outputGzipBase64: z.string(),
  parse: z
    .discriminatedUnion('status', [
      z.object({ status: z.literal('parsed'), report: z.array(z.tuple([z.string(), z.enum(['passed', 'failed'])])) }),
      z.object({ status: z.literal('invalid'), reason: z.string() }),
    ])
    .optional(),
});

/** A cache in memory that forgets what was used longest ago once it holds too many bytes of output. */
export function createMemoryRunCache(maxBytes: number = MEMORY_BYTES): RunCache {
  const runs = new Map<string, TestRun>();
  let bytes = 0;
  const weigh = (run: TestRun) => run.script.output.length + 1024;
  return {
    get: async (key) => {
      const run = runs.get(key);
      if (run === undefined) return undefined;
      runs.delete(key);
      runs.set(key, run);
      return run;
    },
    set: async (key, run) => {
      const previous = runs.get(key);
      if (previous !== undefined) bytes -= weigh(previous);
      runs.delete(key);
      runs.set(key, run);
      bytes += weigh(run);
      for (const [oldest, old] of runs) {
        if (bytes <= maxBytes) break;
        runs.delete(oldest);
        bytes -= weigh(old);
      }
    },
  };
}

/**
 * A cache on disk that outlives the process and is shared between processes. An entry that cannot be read counts as
 * absent. A run that a limit of time or memory ended is not kept: a busy machine may have been the cause.
 * `onProblem` hears of a disk that takes no more; the runs themselves are not lost by it.
 */
export function createDiskRunCache(directory: string, onProblem: (message: string) => void): RunCache {
  let hasComplained = false;
  const fileOf = (key: string) => join(directory, key.slice(0, 2), `${key}.json`);
  return {
    get: async (key) => {
      const text = await readFile(fileOf(key), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : restore(key, text);
    },
    set: async (key, run) => {
      if (run.script.ending !== 'exited' && run.script.ending !== 'output-exceeded') return;
      const file = fileOf(key);
      const temporary = `${file}.${randomUUID()}.tmp`;
      try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(temporary, JSON.stringify(toStored(key, run)));
        await rename(temporary, file);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        if (!hasComplained) onProblem(`Runs are not kept: cannot write to ${directory}: ${(error as Error).message}`);
        hasComplained = true;
      }
    },
  };
}

function toStored(key: string, { script, parse }: TestRun): unknown {
  return {
    formatVersion: 1,
    key,
    ending: script.ending,
    durationMs: script.durationMs,
    outputGzipBase64: gzipSync(script.output).toString('base64'),
    parse: parse?.status === 'parsed' ? { status: 'parsed', report: [...parse.report] } : parse,
  };
}

function restore(key: string, text: string): TestRun | undefined {
  try {
    const stored = storedRunSchema.parse(JSON.parse(text));
    if (stored.key !== key) return undefined;
    const output = gunzipSync(Buffer.from(stored.outputGzipBase64, 'base64'));
    const { parse } = stored;
    return {
      script: { ending: stored.ending, output, durationMs: stored.durationMs },
      parse: parse?.status === 'parsed' ? { status: 'parsed', report: new Map(parse.report) } : parse,
      isCached: true,
    };
  } catch {
    return undefined;
  }
}
