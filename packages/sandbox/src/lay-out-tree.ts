import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TreeFile } from './sandbox.js';
import { SandboxError } from './sandbox-error.js';
import { assertFilePathOfTree, directoriesAbove } from './tree-paths.js';

/** One file of a base as it was laid out. */
export interface LaidFile {
  readonly mode: TreeFile['mode'];
  /** SHA-256 of the content, hex; of the target for a link. */
  readonly hash: string;
  /** Changes with every touch of the file, and no program can set it back: size and time of its last change. */
  readonly stamp: string;
}

/** First second of 2001, long before any change: bytecode of a base never looks newer than an edit. */
export const BASE_TIME_SECONDS = 978_307_200;
const BASE_TIME = new Date(BASE_TIME_SECONDS * 1000);
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Writes a tree into the new directory `root`. Paths and links come from a repository and are not trusted: nothing is
 * written through a link, since no path may have a file or a link above it.
 * Throws SandboxError `invalid-request` for a tree that no git repository could hold.
 */
export async function layOut(
  root: string,
  tree: AsyncIterable<{ readonly path: string } & TreeFile>,
  ownerId: number,
): Promise<Map<string, LaidFile>> {
  const written = new Map<string, { mode: TreeFile['mode']; hash: string }>();
  const directories = new Set<string>();
  makeDirectory(root, ownerId);
  for await (const file of tree) {
    const path = assertFilePathOfTree(file.path);
    for (const directory of directoriesAbove(path)) {
      if (written.has(directory)) throw contradiction(directory);
      if (directories.has(directory)) continue;
      directories.add(directory);
      makeDirectory(join(root, directory), ownerId);
    }
    if (written.has(path) || directories.has(path)) throw contradiction(path);
    written.set(path, { mode: file.mode, hash: digestContent(file.content) });
    if (file.mode === '120000') makeLink(join(root, path), file.content, ownerId);
    else makeFile(join(root, path), file, ownerId);
  }
  for (const directory of directories) utimesSync(join(root, directory), BASE_TIME, BASE_TIME);
  utimesSync(root, BASE_TIME, BASE_TIME);
  return new Map([...written].map(([path, file]) => [path, { ...file, stamp: stampOf(join(root, path)) }]));
}

/** Reads what layOut returned, written as JSON. Throws where it is missing or broken. */
export function readLaidFiles(path: string): Map<string, LaidFile> {
  return new Map(JSON.parse(readFileSync(path, 'utf8')) as [string, LaidFile][]);
}

/** The stamp of a file: `SIZE SECONDS.NANOSECONDS`. Throws where there is none. */
export function stampOf(path: string): string {
  const stat = lstatSync(path, { bigint: true });
  return formatStamp(stat.size, stat.ctimeNs);
}

export function formatStamp(size: bigint, changedAtNs: bigint): string {
  return `${size} ${changedAtNs / 1_000_000_000n}.${String(changedAtNs % 1_000_000_000n).padStart(9, '0')}`;
}

export function digestContent(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function makeDirectory(path: string, ownerId: number): void {
  mkdirSync(path);
  chmodSync(path, 0o755);
  chownSync(path, ownerId, ownerId);
}

function makeFile(path: string, file: TreeFile, ownerId: number): void {
  const descriptor = openSync(path, NEW_FILE, 0o600);
  try {
    writeFileSync(descriptor, file.content);
    fchownSync(descriptor, ownerId, ownerId);
    fchmodSync(descriptor, file.mode === '100755' ? 0o755 : 0o644);
    futimesSync(descriptor, BASE_TIME, BASE_TIME);
  } finally {
    closeSync(descriptor);
  }
}

function makeLink(path: string, target: Uint8Array, ownerId: number): void {
  if (target.length === 0 || target.includes(0)) throw contradiction(path);
  symlinkSync(Buffer.from(target), path);
  lchownSync(path, ownerId, ownerId);
  lutimesSync(path, BASE_TIME, BASE_TIME);
}

function contradiction(path: string): SandboxError {
  return new SandboxError('invalid-request', `Expected a tree, got two different things at ${JSON.stringify(path)}.`);
}
