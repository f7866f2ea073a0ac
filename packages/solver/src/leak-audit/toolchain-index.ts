import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Sandbox, type SandboxProvider, withSandbox } from '@swe-selfplay/sandbox';
import type { RemovedText } from './removed-text.js';
import { runSearch } from './run-search.js';

/** What is known of the files outside of the workspace. */
export interface ToolchainIndex {
  readonly paths: readonly string[];
  /** Object stores of git, and packs and bundles: they are searched for every task. */
  readonly stores: readonly string[];
  readonly packs: readonly string[];
  /** Names of modules that bytecode says it was made of, where its own name says otherwise. */
  readonly modules: Readonly<Record<string, readonly number[]>>;
  /** How many of `sums` belong to each path; empty where lines are not known. */
  readonly counts: readonly number[];
  /** CRC-32 of the squeezed lines of 12 characters or more, file by file. */
  readonly sums: Uint32Array;
}

export interface ToolchainRequest {
  readonly directories: readonly string[] | undefined;
  readonly content: 'names' | 'lines';
  readonly cacheDirectory: string | undefined;
  readonly signal: AbortSignal | undefined;
}

const FORMAT = 'leak-index 1';
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
  const described = JSON.parse(bytes.subarray(0, end).toString()) as Omit<ToolchainIndex, 'sums'>;
  const sums = new Uint8Array(bytes.subarray(end + 1));
  return { ...described, sums: new Uint32Array(sums.buffer, 0, Math.floor(sums.byteLength / 4)) };
}

/** A removed line that more files hold says nothing of any of them. */
const MAX_HOLDERS = 8;
const MIN_SHARE = 0.3;
const INDEXED_LINE = 12;
const MAX_NAMED_ALIKE = 200;
export const MAX_CANDIDATES = 400;

/**
 * The files outside of the workspace that may hold something of the original: by a removed line that few files have, by
 * a share of the lines of a changed file, by its name, or as bytecode of a module of its name; packs of git always.
 */
export function findCandidates(index: ToolchainIndex, removed: readonly RemovedText[]): string[] {
  const found = new Set(index.packs);
  for (const path of namedAlike(index, removed)) found.add(path);
  if (index.counts.length > 0) for (const path of holdingLines(index, removed)) found.add(path);
  return [...found].slice(0, MAX_CANDIDATES + index.packs.length);
}

function namedAlike(index: ToolchainIndex, removed: readonly RemovedText[]): string[] {
  const found: string[] = [];
  for (const { path } of removed) {
    const parts = path.split('/');
    const stem = parts.at(-1)!.replace(/\.[^.]*$/, '');
    const endings = [parts.at(-1)!, parts.slice(-2).join('/')].map((ending) => `/${ending}`);
    const compiled = new RegExp(`/${escapePattern(stem)}\\.(?:[^/]*\\.)?py[co]$`);
    const alike = index.paths.filter((other) => other.endsWith(endings[0]!) || compiled.test(other));
    // Of a name as usual as __init__.py only those that lie in a directory of the same name.
    const directory = parts.length > 1 ? `/${parts.at(-2)}/` : '/';
    const near = alike.filter((other) => other.includes(directory));
    found.push(...(alike.length <= MAX_NAMED_ALIKE ? alike : near));
    if (Object.hasOwn(index.modules, stem)) found.push(...index.modules[stem]!.map((number) => index.paths[number]!));
  }
  return found;
}

function holdingLines(index: ToolchainIndex, removed: readonly RemovedText[]): string[] {
  // Which lines of which changed file have a checksum.
  const owners = new Map<number, number[]>();
  const strong = new Set<number>();
  const sizes = removed.map(({ all, lines, strong: numbers }, file) => {
    const sums = [...new Set(all.filter(({ length }) => length >= INDEXED_LINE).map(sumOf))];
    for (const sum of sums) owners.set(sum, [...(owners.get(sum) ?? []), file]);
    for (const number of numbers) strong.add(sumOf(lines[number]!));
    return sums.length;
  });
  const filter = new Uint8Array(1 << 16);
  for (const sum of [...owners.keys(), ...strong]) filter[sum & 0xffff] = 1;

  const shares = new Map<string, number>();
  const holders = new Map<number, number[]>();
  let end = 0;
  for (let file = 0, position = 0; file < index.counts.length; file += 1) {
    end += index.counts[file]!;
    for (; position < end; position += 1) {
      const sum = index.sums[position]!;
      if (filter[sum & 0xffff] === 0) continue;
      if (strong.has(sum)) holders.set(sum, [...(holders.get(sum) ?? []), file]);
      for (const owner of owners.get(sum) ?? []) {
        const key = `${owner} ${file}`;
        shares.set(key, (shares.get(key) ?? 0) + 1);
      }
    }
  }
  const found = [...shares]
    .map(([key, count]) => ({ numbers: key.split(' ').map(Number), count }))
    .map(({ numbers: [owner, file], count }) => ({ file: file!, share: count / sizes[owner!]!, count }))
    .filter(({ share, count }) => share >= MIN_SHARE && count >= 3)
    .sort((a, b) => b.share - a.share)
    .map(({ file }) => file);
  for (const files of holders.values()) if (files.length <= MAX_HOLDERS) found.unshift(...files);
  return found.map((file) => index.paths[file]!);
}

function sumOf(line: string): number {
  return crc32(Buffer.from(line, 'latin1'));
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
