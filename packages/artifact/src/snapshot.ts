import { createHash } from 'node:crypto';
import { directoriesAbove, pathProblem } from './tree-path.js';

/** Git's modes of what a snapshot holds: a regular file, an executable one, a symbolic link. */
export type FileMode = '100644' | '100755' | '120000';

/** One file of a tree. The content of a symbolic link is its target. */
export interface FileEntry {
  readonly mode: FileMode;
  readonly content: Uint8Array;
}

/** What a base knows of a file without reading it. */
export interface BaseEntry {
  readonly mode: FileMode;
  /** Git's SHA-1 blob id of the content, 40 hex digits. */
  readonly blobId: string;
}

/** The tree that snapshots start from; see bases/ for where it is read. Immutable. */
export interface Base {
  /** Digest of every path, mode and content; equal trees have equal digests wherever they are read from. */
  readonly digest: string;
  /** Every file by its path with `/` separators, sorted by code unit. Submodules and empty directories are left out. */
  readonly entries: ReadonlyMap<string, BaseEntry>;
  /** Content of one file of `entries`. Throws EnvironmentError if it cannot be read. */
  read(path: string): Promise<Uint8Array>;
  /** All files in the order of `entries`, for filling a workspace. */
  readAll(): AsyncIterable<{ readonly path: string } & FileEntry>;
}

/** An immutable state of a repository: a base and the few files that differ from it (`null`: deleted). */
export interface Snapshot {
  readonly base: Base;
  readonly changes: ReadonlyMap<string, FileEntry | null>;
  /** Equal states of one base have equal digests, however they were reached. */
  readonly digest: string;
}

/** Git's id of a blob: SHA-1 over `blob LENGTH NUL content`. */
export function blobId(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

/** Digest of a base from its entries: equal trees give equal digests. */
export function digestEntries(entries: ReadonlyMap<string, BaseEntry>): string {
  const hash = createHash('sha256').update('base\0');
  for (const path of [...entries.keys()].sort()) {
    const entry = entries.get(path)!;
    hash.update(`${path}\0${entry.mode}\0${entry.blobId}\0`);
  }
  return hash.digest('hex');
}

/**
 * The snapshot of `base` with `changes` on it; changes that say what the base says already are dropped.
 * Throws TypeError for a path that leaves the tree or is in `.git`. That no path is both a file and a directory is for
 * the caller to see to: `applyPatch` refuses such patches, and no workspace can hold them.
 */
export function createSnapshot(base: Base, changes: Iterable<readonly [string, FileEntry | null]> = []): Snapshot {
  const effective = new Map<string, FileEntry | null>();
  for (const [path, entry] of changes) {
    if (isSameAsBase(base.entries.get(path), entry)) effective.delete(path);
    else effective.set(path, entry);
  }
  const sorted = new Map([...effective].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  for (const path of sorted.keys()) assertPath(path);
  return Object.freeze({ base, changes: sorted, digest: digestSnapshot(base, sorted) });
}

/** The snapshot with some files replaced, added or (`null`) deleted. */
export function withFiles(snapshot: Snapshot, files: Iterable<readonly [string, FileEntry | null]>): Snapshot {
  return createSnapshot(snapshot.base, [...snapshot.changes, ...files]);
}

/**
 * The snapshot in which each of `paths` is what it is in `source`, absent where it is absent there. What stands in the
 * way of a restored file goes: a file in the place of one of its directories, or files in a directory of its name. So a
 * patch cannot keep an oracle test from coming back by making its path a directory.
 */
export function restoreFiles(snapshot: Snapshot, source: Snapshot, paths: Iterable<string>): Snapshot {
  assertSameBase(snapshot, source);
  const changes = new Map(snapshot.changes);
  const restored = new Set<string>();
  for (const path of paths) {
    const entry = source.changes.get(path);
    if (entry === undefined) changes.delete(path);
    else changes.set(path, entry);
    if (modeOf(source, path) !== undefined) restored.add(path);
  }
  const above = new Set([...restored].flatMap(directoriesAbove));
  for (const path of [...snapshot.changes.keys(), ...source.changes.keys(), ...above]) {
    const isInTheWay = above.has(path) || directoriesAbove(path).some((directory) => restored.has(directory));
    if (isInTheWay) changes.set(path, null);
  }
  return createSnapshot(snapshot.base, changes);
}

/** Paths that differ between two snapshots of one base, sorted. */
export function changedPaths(from: Snapshot, to: Snapshot): string[] {
  assertSameBase(from, to);
  const paths = new Set([...from.changes.keys(), ...to.changes.keys()]);
  return [...paths].filter((path) => !isSameChange(from.changes.get(path), to.changes.get(path))).sort();
}

/** The mode of a file, or undefined where the snapshot has none at this path. */
export function modeOf(snapshot: Snapshot, path: string): FileMode | undefined {
  const change = snapshot.changes.get(path);
  return change === undefined ? snapshot.base.entries.get(path)?.mode : change?.mode;
}

/** All paths of the snapshot, sorted by code unit. */
export function listPaths(snapshot: Snapshot): string[] {
  const paths = new Set(snapshot.base.entries.keys());
  for (const [path, entry] of snapshot.changes) {
    if (entry === null) paths.delete(path);
    else paths.add(path);
  }
  return [...paths].sort();
}

/** One file, or undefined where the snapshot has none at this path. */
export async function readFile(snapshot: Snapshot, path: string): Promise<FileEntry | undefined> {
  const change = snapshot.changes.get(path);
  if (change !== undefined) return change ?? undefined;
  const entry = snapshot.base.entries.get(path);
  return entry && { mode: entry.mode, content: await snapshot.base.read(path) };
}

function assertPath(path: string): void {
  const problem = pathProblem(path);
  if (problem === undefined) return;
  throw new TypeError(`Expected the path of a file of the tree, got ${JSON.stringify(path)}: ${problem}.`);
}

function assertSameBase(a: Snapshot, b: Snapshot): void {
  if (a.base.digest !== b.base.digest) throw new TypeError('Expected two snapshots of the same base, got two bases.');
}

function isSameAsBase(known: BaseEntry | undefined, entry: FileEntry | null): boolean {
  if (entry === null || known === undefined) return entry === null && known === undefined;
  return known.mode === entry.mode && known.blobId === blobId(entry.content);
}

function isSameChange(a: FileEntry | null | undefined, b: FileEntry | null | undefined): boolean {
  if (!a || !b) return a === b;
  return a.mode === b.mode && Buffer.compare(a.content, b.content) === 0;
}

function digestSnapshot(base: Base, changes: ReadonlyMap<string, FileEntry | null>): string {
  const hash = createHash('sha256').update(`snapshot\0${base.digest}\0`);
  for (const [path, entry] of changes) {
    hash.update(`${path}\0`);
    if (entry === null) hash.update('deleted\0');
    else hash.update(`${entry.mode}\0${createHash('sha256').update(entry.content).digest('hex')}\0`);
  }
  return hash.digest('hex');
}
