import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Parse, TestRun } from './test-run.js';
import type { Witness } from './witness.js';

/** A run without what a parser made of it: another parser can read it without another run. */
export type ScriptRecord = Pick<TestRun, 'script' | 'witness'>;

/** Keeps values by their key. */
export interface Store<Value> {
  get(key: string): Promise<Value | undefined>;
  set(key: string, value: Value): Promise<void>;
}

/** Keeps finished runs and what parsers made of their outputs. */
export interface RunCache {
  readonly scripts: Store<ScriptRecord>;
  readonly parses: Store<Parse>;
}

const MEMORY_BYTES = 256 * 1024 ** 2;
/** What an entry takes beside its texts, by rule of thumb. */
const ENTRY_BYTES = 1024;
const ID_BYTES = 150;

const parseSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('parsed'), report: z.array(z.tuple([z.string(), z.enum(['passed', 'failed'])])) }),
  z.object({ status: z.literal('invalid'), reason: z.string() }),
]);

const storedParseSchema = z.object({ formatVersion: z.literal(2), key: z.string(), parse: parseSchema });

const storedWitnessSchema = z.object({
  status: z.enum(['complete', 'incomplete', 'absent']),
  results: z.array(z.tuple([z.string(), z.enum(['passed', 'failed', 'skipped'])])),
  tampered: z.array(z.string()),
  code: z.array(z.tuple([z.string(), z.string()])).optional(),
});

const storedScriptSchema = z.object({
  formatVersion: z.literal(3),
  key: z.string(),
  ending: z.enum(['exited', 'output-exceeded']),
  durationMs: z.number(),
  outputGzipBase64: z.string(),
  witness: storedWitnessSchema.optional(),
});

/** A cache in memory that forgets what was used longest ago once it holds too many bytes. */
export function createMemoryRunCache(maxBytes: number = MEMORY_BYTES): RunCache {
  return {
    scripts: createMemoryStore(
      maxBytes,
      ({ script, witness }) =>
        script.output.length + ((witness?.results.size ?? 0) + 2 * (witness?.code?.size ?? 0)) * ID_BYTES,
    ),
    parses: createMemoryStore(maxBytes, (parse) => (parse.status === 'parsed' ? parse.report.size : 1) * ID_BYTES),
  };
}

function createMemoryStore<Value>(maxBytes: number, weigh: (value: Value) => number): Store<Value> {
  const values = new Map<string, Value>();
  let bytes = 0;
  const remove = (key: string) => {
    const value = values.get(key);
    if (value !== undefined) bytes -= weigh(value) + ENTRY_BYTES;
    values.delete(key);
    return value;
  };
  const add = (key: string, value: Value) => {
    values.set(key, value);
    bytes += weigh(value) + ENTRY_BYTES;
  };
  return {
    get: async (key) => {
      const value = remove(key);
      if (value !== undefined) add(key, value);
      return value;
    },
    set: async (key, value) => {
      remove(key);
      add(key, value);
      for (const oldest of values.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
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
  const complain = (error: Error) => {
    if (!hasComplained) onProblem(`Runs are not kept: cannot write to ${directory}: ${error.message}`);
    hasComplained = true;
  };
  return {
    scripts: createDiskStore(directory, complain, encodeScript, decodeScript),
    parses: createDiskStore(directory, complain, encodeParse, decodeParse),
  };
}

function createDiskStore<Value>(
  directory: string,
  complain: (error: Error) => void,
  encode: (key: string, value: Value) => unknown,
  decode: (key: string, stored: unknown) => Value | undefined,
): Store<Value> {
  const fileOf = (key: string) => join(directory, key.slice(0, 2), `${key}.json`);
  return {
    get: async (key) => {
      try {
        return decode(key, JSON.parse(await readFile(fileOf(key), 'utf8')));
      } catch {
        return undefined;
      }
    },
    set: async (key, value) => {
      const stored = encode(key, value);
      if (stored === undefined) return;
      const file = fileOf(key);
      const temporary = `${file}.${randomUUID()}.tmp`;
      try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(temporary, JSON.stringify(stored));
        await rename(temporary, file);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        complain(error as Error);
      }
    },
  };
}

function encodeScript(key: string, { script, witness }: ScriptRecord): unknown {
  if (script.ending !== 'exited' && script.ending !== 'output-exceeded') return undefined;
  return {
    formatVersion: 3,
    key,
    ending: script.ending,
    durationMs: script.durationMs,
    outputGzipBase64: gzipSync(script.output).toString('base64'),
    witness: witness && {
      ...witness,
      results: [...witness.results],
      ...(witness.code && { code: [...witness.code] }),
    },
  };
}

function decodeWitness({ code, results, ...witness }: z.infer<typeof storedWitnessSchema>): Witness {
  return { ...witness, results: new Map(results), ...(code && { code: new Map(code) }) };
}

function decodeScript(key: string, value: unknown): ScriptRecord | undefined {
  const { ending, durationMs, outputGzipBase64, witness, ...stored } = storedScriptSchema.parse(value);
  if (stored.key !== key) return undefined;
  const output = gunzipSync(Buffer.from(outputGzipBase64, 'base64'));
  return {
    script: { ending, output, durationMs },
    witness: witness && decodeWitness(witness),
  };
}

function encodeParse(key: string, parse: Parse): unknown {
  const plain = parse.status === 'parsed' ? { status: 'parsed', report: [...parse.report] } : parse;
  return { formatVersion: 2, key, parse: plain };
}

function decodeParse(key: string, value: unknown): Parse | undefined {
  const { parse, ...stored } = storedParseSchema.parse(value);
  if (stored.key !== key) return undefined;
  return parse.status === 'parsed' ? { status: 'parsed', report: new Map(parse.report) } : parse;
}
