import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asHostFailure } from './host-failure.js';
import { digestContent, type LaidFile, layOut, readLaidFiles, stampOf } from './lay-out-tree.js';
import type { TreeSource } from './sandbox.js';
import { SandboxError } from './sandbox-error.js';
import { createTemporaryDirectory, sweepTemporaryDirectories } from './temporary-directories.js';
import { directoriesAbove } from './tree-paths.js';

/** A base that lies on disk, read-only and shared by all workspaces made of it. */
export interface LaidBase {
  /** Name of its directory below `directory` of the store; the tree itself is `NAME/tree`. */
  readonly name: string;
  readonly files: ReadonlyMap<string, LaidFile>;
  /** How many files each directory holds, at any depth. */
  readonly fileCounts: ReadonlyMap<string, number>;
}

export interface BaseStore {
  readonly directory: string;
  /** Lays a tree out, once for all processes that share the store. Throws SandboxError `invalid-request`, `host-exhausted`. */
  open(source: TreeSource | undefined): Promise<LaidBase>;
}

/** The base of an empty workspace. */
export const EMPTY_TREE: TreeSource = { digest: 'empty', async *readAll() {} };

/** The bases below `directory`, owned by `ownerId` so that commands, which run as that user, own what they change. */
export function createBaseStore(directory: string, ownerId: number): BaseStore {
  mkdirSync(directory, { recursive: true });
  sweepTemporaryDirectories(directory);
  const opened = new Map<string, Promise<LaidBase>>();

  async function openNamed(name: string, source: TreeSource): Promise<LaidBase> {
    const known = readManifest(join(directory, name));
    if (known !== undefined) return describeBase(name, known);
    let temporary: string | undefined;
    try {
      discard(directory, name);
      temporary = createTemporaryDirectory(directory);
      const files = await layOut(join(temporary, 'tree'), source.readAll(), ownerId);
      writeFileSync(join(temporary, 'manifest.json'), JSON.stringify([...files]), { flush: true });
      if (publish(temporary, join(directory, name))) return describeBase(name, files);
      const other = readManifest(join(directory, name));
      if (other !== undefined) return describeBase(name, other);
      throw new SandboxError('sandbox-failed', `The base at ${join(directory, name)} keeps changing; remove it.`);
    } catch (error) {
      throw asHostFailure(error, 'The base could not be laid out');
    } finally {
      if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
    }
  }

  return {
    directory,
    open(source = EMPTY_TREE) {
      const name = digestContent(`base 1\0${ownerId}\0${source.digest}`).slice(0, 40);
      const existing = opened.get(name);
      if (existing !== undefined) return existing;
      const opening = openNamed(name, source);
      opened.set(name, opening);
      opening.catch(() => opened.delete(name));
      return opening;
    },
  };
}

/** The manifest of a base that is complete and untouched, else undefined. */
function readManifest(path: string): Map<string, LaidFile> | undefined {
  try {
    const files = readLaidFiles(join(path, 'manifest.json'));
    for (const [name, file] of files) {
      if (stampOf(join(path, 'tree', name)) !== file.stamp) return undefined;
    }
    return files;
  } catch {
    return undefined;
  }
}

/** Takes a broken base away under another name first, so that no half-removed one is ever found. */
function discard(directory: string, name: string): void {
  if (!readdirSync(directory).includes(name)) return;
  const grave = createTemporaryDirectory(directory);
  try {
    renameSync(join(directory, name), join(grave, 'broken'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  rmSync(grave, { recursive: true, force: true });
}

/** False where another process was first: its copy is as good. */
function publish(temporary: string, path: string): boolean {
  try {
    renameSync(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    return false;
  }
}

/** What a workspace needs to know of a base that was laid out. */
export function describeBase(name: string, files: ReadonlyMap<string, LaidFile>): LaidBase {
  const fileCounts = new Map<string, number>();
  for (const path of files.keys()) {
    for (const directory of directoriesAbove(path)) fileCounts.set(directory, (fileCounts.get(directory) ?? 0) + 1);
  }
  return { name, files, fileCounts };
}

/** The base of a workspace that holds a copy of it: none of its files is known to be untouched by its stamp. */
export function withoutStamps(base: LaidBase): LaidBase {
  const files = [...base.files].map(([path, file]): [string, LaidFile] => [
    path,
    { ...file, stamp: `${Number.parseInt(file.stamp, 10)} copied` },
  ]);
  return { ...base, files: new Map(files) };
}
