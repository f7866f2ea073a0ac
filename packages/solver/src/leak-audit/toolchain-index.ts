import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Sandbox, type SandboxProvider, withSandbox } from '@swe-selfplay/sandbox';
import { asSource } from './leak-places.js';
import { runSearch } from './run-search.js';

/** What is known of the files outside of the workspace. */
export interface ToolchainIndex {
  readonly paths: readonly string[];
  /** Numbers of the paths by the name of the file; of bytecode by the name of its source. */
  readonly byName: ReadonlyMap<string, readonly number[]>;
  /** Object stores of git, and packs and bundles: they are searched for every task. */
  readonly stores: readonly string[];
  readonly packs: readonly string[];
  /** Names of modules that bytecode says it was made of, where its own name says otherwise. */
  readonly modules: Readonly<Record<string, readonly number[]>>;
  /** How many of `sums` belong to each text of each path (an archive has many); empty where lines are not known. */
  readonly counts: readonly (readonly number[])[];
  /** CRC-32 of the squeezed lines of 12 characters or more, file by file. */
  readonly sums: Uint32Array;
}

export interface ToolchainRequest {
  readonly directories: readonly string[] | undefined;
  readonly content: 'names' | 'lines';
  readonly cacheDirectory: string | undefined;
  readonly signal: AbortSignal | undefined;
}

const FORMAT = 'leak-index 2';
const READING_TIMEOUT_MS = 30 * 60_000;
const MAX_INDEX_BYTES = 1024 ** 3;

const known = new WeakMap<SandboxProvider, Map<string, Promise<ToolchainIndex>>>();

/** What lies outside of the workspaces of a provider; read once, and once for all with a cache directory. */
export function openToolchainIndex(provider: SandboxProvider, request: ToolchainRequest): Promise<ToolchainIndex> {
  const indexes = known.get(provider) ?? new Map<string, Promise<ToolchainIndex>>();
  known.set(provider, indexes);
  const key = JSON.stringify([provider.toolchainId, request.directories, request.content]);
  let index = indexes.get(key);
  if (index === undefined) {
    // In a workspace of its own: that of a task may show parts of the toolchain empty.
    index = withSandbox(provider, { base: undefined, changes: new Map() }, (sandbox) =>
      readIndex(sandbox, request, key),
    );
    indexes.set(key, index);
    index.catch(() => indexes.delete(key));
  }
  return index;
}

async function readIndex(sandbox: Sandbox, request: ToolchainRequest, key: string): Promise<ToolchainIndex> {
  const { content, cacheDirectory } = request;
  if (cacheDirectory === undefined || content === 'names') return parseIndex(await list(sandbox, request, content));
  const { stamp } = JSON.parse((await list(sandbox, request, 'stamp')).toString()) as { stamp: string };
  const name = createHash('sha256').update(`${FORMAT}\0${key}\0${stamp}`).digest('hex').slice(0, 32);
  const file = join(cacheDirectory, `${name}.leak-index`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept !== undefined && isWhole(kept)) return parseIndex(kept.subarray(0, -digestLength));
  const bytes = await list(sandbox, request, 'lines');
  await keep(file, bytes);
  return parseIndex(bytes);
}

const digestLength = 32;

function isWhole(kept: Buffer): boolean {
  const digest = createHash('sha256').update(kept.subarray(0, -digestLength)).digest();
  return digest.equals(kept.subarray(-digestLength));
}

/** Complete or not at all. That it cannot be kept is no reason to stop. */
async function keep(file: string, bytes: Buffer): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  try {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(temporary, Buffer.concat([bytes, createHash('sha256').update(bytes).digest()]));
    await rename(temporary, file);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function list(
  sandbox: Sandbox,
  { directories, signal }: ToolchainRequest,
  content: 'stamp' | 'names' | 'lines',
): Promise<Buffer> {
  // What belongs to a workspace is searched with it.
  const leftOut = [sandbox.workdir, sandbox.harnessDir];
  return runSearch(
    sandbox,
    'list_toolchain',
    { roots: directories ?? ['/'], leftOut, content },
    {
      timeoutMs: READING_TIMEOUT_MS,
      maxOutputBytes: MAX_INDEX_BYTES,
      signal,
    },
  );
}

function parseIndex(bytes: Buffer): ToolchainIndex {
  const end = bytes.indexOf('\n');
  const described = JSON.parse(bytes.subarray(0, end).toString()) as Omit<ToolchainIndex, 'sums' | 'byName'>;
  const sums = new Uint8Array(bytes.subarray(end + 1));
  const byName = new Map<string, number[]>();
  for (const [number, path] of described.paths.entries()) {
    const file = path.slice(path.lastIndexOf('/') + 1);
    const name = /\.py[co]$/.test(file) ? asSource(file) : file;
    const numbers = byName.get(name);
    if (numbers === undefined) byName.set(name, [number]);
    else numbers.push(number);
  }
  return { ...described, byName, sums: new Uint32Array(sums.buffer, 0, Math.floor(sums.byteLength / 4)) };
}
