import { isUtf8 } from 'node:buffer';
import { constants, type Dirent } from 'node:fs';
import { lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
import { EnvironmentError } from '../environment-error.js';
import { type Base, type BaseEntry, blobId, type FileEntry, type FileMode } from '../snapshot.js';
import { createBase } from './create-base.js';

/** Files that are hashed at a time. */
const HASHED_AT_ONCE = 16;

/**
 * The base of a plain directory as it stands. Left out: `.git` at every depth, and Python's bytecode (`__pycache__`
 * directories, `*.pyc`): bytecode of the original text would give it away to a solver, and Python would run it in place
 * of changed text. Symbolic links are entries and never followed; sockets, pipes and devices are skipped, empty
 * directories too. Every file is hashed now and read later; one that changed in between is an error then.
 * Throws EnvironmentError.
 */
export async function directoryBase(directory: string): Promise<Base> {
  const root = await resolveDirectory(directory);
  const found: { path: string; location: Buffer; isLink: boolean }[] = [];
  const pending: { location: Buffer; prefix: string }[] = [{ location: Buffer.from(root), prefix: '' }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const item of await listDirectory(next.location)) {
      const name = decodeName(item.name, next.prefix);
      const location = Buffer.concat([next.location, Buffer.from('/'), item.name]);
      const path = next.prefix + name;
      if (isLeftOut(name, item)) continue;
      if (item.isDirectory()) pending.push({ location, prefix: `${path}/` });
      else if (item.isFile() || item.isSymbolicLink()) found.push({ path, location, isLink: item.isSymbolicLink() });
    }
  }
  const locations = new Map(found.map(({ path, location, isLink }) => [path, { location, isLink }] as const));
  const readEntry = async (path: string): Promise<FileEntry> => {
    const { location, isLink } = locations.get(path)!;
    return isLink ? readLink(location, path) : readRegularFile(location, path);
  };
  const entries: [string, BaseEntry][] = [];
  for (let start = 0; start < found.length; start += HASHED_AT_ONCE) {
    const hashes = found.slice(start, start + HASHED_AT_ONCE).map(async ({ path }): Promise<[string, BaseEntry]> => {
      const { mode, content } = await readEntry(path);
      return [path, { mode, blobId: blobId(content) }];
    });
    entries.push(...(await Promise.all(hashes)));
  }
  return createBase(entries, async (path) => (await readEntry(path)).content);
}

/** The real path of a directory. Throws EnvironmentError `not-found`, `not-a-directory` or `unreadable`. */
export async function resolveDirectory(directory: string): Promise<string> {
  try {
    const resolved = await realpath(directory);
    if ((await lstat(resolved)).isDirectory()) return resolved;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT')
      throw new EnvironmentError('not-found', `There is no directory ${directory}.`, { cause: error });
    if (code !== 'ENOTDIR') throw unreadable(directory, error);
  }
  throw new EnvironmentError('not-a-directory', `Expected a directory, got a file: ${directory}.`);
}

function isLeftOut(name: string, item: Dirent<Buffer>): boolean {
  if (name.toLowerCase() === '.git') return true;
  return item.isDirectory() ? name === '__pycache__' : name.endsWith('.pyc');
}

async function listDirectory(location: Buffer): Promise<Dirent<Buffer>[]> {
  try {
    return await readdir(location, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    throw unreadable(location.toString(), error);
  }
}

function decodeName(name: Buffer, prefix: string): string {
  if (isUtf8(name)) return name.toString();
  const shown = JSON.stringify(prefix + name.toString('latin1'));
  throw new EnvironmentError(
    'unsupported-path',
    `Expected file names in UTF-8, got ${shown} (bytes shown as Latin-1).`,
  );
}

async function readLink(location: Buffer, path: string): Promise<FileEntry> {
  try {
    return { mode: '120000', content: await readlink(location, { encoding: 'buffer' }) };
  } catch (error) {
    throw changedOrUnreadable(path, error);
  }
}

async function readRegularFile(location: Buffer, path: string): Promise<FileEntry> {
  try {
    // O_NONBLOCK: a pipe that took the place of a file must not hang us.
    const file = await open(location, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const status = await file.stat();
      if (!status.isFile()) throw new EnvironmentError('changed', `${JSON.stringify(path)} is no longer a file.`);
      const mode: FileMode = status.mode & 0o100 ? '100755' : '100644';
      return { mode, content: await file.readFile() };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw changedOrUnreadable(path, error);
  }
}

function changedOrUnreadable(path: string, error: unknown): EnvironmentError {
  if (error instanceof EnvironmentError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ELOOP' && code !== 'EINVAL') return unreadable(path, error);
  return new EnvironmentError('changed', `${JSON.stringify(path)} changed while it was read.`, { cause: error });
}

function unreadable(path: string, error: unknown): EnvironmentError {
  return new EnvironmentError('unreadable', `Cannot read ${path}: ${(error as Error).message}.`, { cause: error });
}
