import { diffText } from './diff-text.js';
import type { FilePatch, Patch, PatchContent } from './git-diff.js';
import { decodeLatin1 } from './latin1.js';
import { blobId, changedPaths, type FileEntry, readFile, type Snapshot } from './snapshot.js';

export interface DiffOptions {
  /** Write a deleted and an added file of equal content as a rename. Default: false. */
  readonly renames?: boolean | undefined;
}

const NO_FILE = '0'.repeat(40);

/**
 * The patch that leads from one snapshot to another of the same base, files in the order of their paths. Content with
 * NUL bytes is written whole in both directions, a change of type as a deletion and an addition. Throws TypeError for
 * snapshots of different bases.
 */
export async function diffSnapshots(from: Snapshot, to: Snapshot, options: DiffOptions = {}): Promise<Patch> {
  const files: FilePatch[] = [];
  for (const path of changedPaths(from, to)) {
    files.push(...diffFile(path, await readFile(from, path), await readFile(to, path)));
  }
  return { files: options.renames ? joinRenames(files, await contentKeys(from, to, files)) : files };
}

function diffFile(path: string, from: FileEntry | undefined, to: FileEntry | undefined): FilePatch[] {
  if (from && to && (from.mode === '120000') === (to.mode === '120000')) return [modification(path, from, to)];
  const files: FilePatch[] = [];
  if (from) files.push(oneSided('delete', path, from));
  if (to) files.push(oneSided('add', path, to));
  return files;
}

function modification(path: string, from: FileEntry, to: FileEntry): FilePatch {
  const isSameMode = from.mode === to.mode;
  return {
    kind: 'modify',
    oldPath: path,
    newPath: path,
    oldMode: isSameMode ? undefined : from.mode,
    newMode: isSameMode ? undefined : to.mode,
    content: diffContent(from.content, to.content),
  };
}

function oneSided(kind: 'add' | 'delete', path: string, entry: FileEntry): FilePatch {
  const isAddition = kind === 'add';
  return {
    kind,
    oldPath: isAddition ? undefined : path,
    newPath: isAddition ? path : undefined,
    oldMode: isAddition ? undefined : entry.mode,
    newMode: isAddition ? entry.mode : undefined,
    content: isAddition ? diffContent(undefined, entry.content) : diffContent(entry.content, undefined),
  };
}

function diffContent(from: Uint8Array | undefined, to: Uint8Array | undefined): PatchContent {
  const [old, next] = [from ?? new Uint8Array(), to ?? new Uint8Array()];
  if (Buffer.compare(old, next) === 0) return { kind: 'none' };
  if (!old.includes(0) && !next.includes(0))
    return { kind: 'text', hunks: diffText(decodeLatin1(old), decodeLatin1(next)) };
  return {
    kind: 'binary',
    forward: { kind: 'literal', data: next },
    backward: { kind: 'literal', data: old },
    oldId: from ? blobId(from) : NO_FILE,
    newId: to ? blobId(to) : NO_FILE,
  };
}

/** Type and content of each deleted and added file; the paths of a change of type have none, nor have empty files. */
async function contentKeys(from: Snapshot, to: Snapshot, files: readonly FilePatch[]): Promise<Map<FilePatch, string>> {
  const sides = new Map<string, number>();
  for (const file of files) {
    const path = file.newPath ?? file.oldPath!;
    sides.set(path, (sides.get(path) ?? 0) + 1);
  }
  const keys = new Map<FilePatch, string>();
  for (const file of files) {
    const path = file.newPath ?? file.oldPath!;
    if (file.kind === 'modify' || file.content.kind === 'none' || sides.get(path) !== 1) continue;
    const entry = (await readFile(file.kind === 'add' ? to : from, path))!;
    keys.set(file, `${entry.mode === '120000'} ${blobId(entry.content)}`);
  }
  return keys;
}

function joinRenames(files: readonly FilePatch[], keys: ReadonlyMap<FilePatch, string>): FilePatch[] {
  const deletions = new Map<string, FilePatch[]>();
  for (const file of files) {
    const key = keys.get(file);
    if (file.kind === 'delete' && key !== undefined) deletions.set(key, [...(deletions.get(key) ?? []), file]);
  }
  const joined = new Set<FilePatch>();
  const withRenames = files.map((file) => {
    const source = file.kind === 'add' ? deletions.get(keys.get(file) ?? '')?.shift() : undefined;
    if (!source) return file;
    joined.add(source);
    return rename(source, file);
  });
  return withRenames.filter((file) => !joined.has(file));
}

function rename(source: FilePatch, target: FilePatch): FilePatch {
  const isSameMode = source.oldMode === target.newMode;
  return {
    kind: 'rename',
    oldPath: source.oldPath,
    newPath: target.newPath,
    oldMode: isSameMode ? undefined : source.oldMode,
    newMode: isSameMode ? undefined : target.newMode,
    content: { kind: 'none' },
  };
}
