import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ArtifactError } from './artifact-error.js';
import { ARTIFACT_FILES, type ArtifactProblem, type ArtifactReading, type BugArtifact } from './bug-artifact.js';
import { artifactOrThrow, printProvenance } from './create-artifact.js';
import { type ArtifactFileName, assembleArtifact, MAX_FILE_BYTES, tooLong } from './parse-artifact.js';

/**
 * Reads an artifact from its directory. Files that are missing, links, not regular or too long are problems of the
 * reading; other files are ignored. Throws ArtifactError `not-found` or `not-a-directory`, and `unreadable` where the
 * file system fails.
 */
export async function readArtifactFolder(directory: string): Promise<ArtifactReading> {
  await assertDirectory(directory);
  const contents = new Map<ArtifactFileName, Uint8Array | ArtifactProblem>();
  for (const file of [...ARTIFACT_FILES, 'artifact.json'] as const) {
    const content = await readBounded(directory, file);
    if (content !== undefined) contents.set(file, content);
  }
  return assembleArtifact(contents);
}

/** The artifact in a directory. Throws ArtifactError, `malformed` with file and line of what is wrong. */
export async function loadArtifact(directory: string): Promise<BugArtifact> {
  return artifactOrThrow(await readArtifactFolder(directory), `Expected a bug artifact in ${directory}`);
}

/**
 * Writes an artifact as a new directory, wholly or not at all; missing directories above it are made. Does nothing where
 * an artifact with the same id is there already. Throws ArtifactError `exists` where there is anything else but an empty
 * directory, and `unwritable`.
 */
export async function writeArtifactFolder(directory: string, artifact: BugArtifact): Promise<void> {
  const target = resolve(directory);
  let draft: string | undefined;
  try {
    await mkdir(dirname(target), { recursive: true });
    draft = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
    await mkdir(draft);
    for (const file of ARTIFACT_FILES) await writeFile(join(draft, file), artifact.files[file]);
    if (artifact.provenance !== undefined)
      await writeFile(join(draft, 'artifact.json'), printProvenance(artifact.provenance));
    // Fails for anything but an empty directory, so another artifact is never replaced.
    await rename(draft, target);
  } catch (error) {
    if (draft !== undefined) await rm(draft, { recursive: true, force: true });
    if (await holdsArtifact(target, artifact.id)) return;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (draft !== undefined && ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code)) {
      throw new ArtifactError('exists', `Expected nothing at ${directory}, there is something else already.`, {
        cause: error,
      });
    }
    throw new ArtifactError('unwritable', `Cannot write an artifact to ${directory}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

async function holdsArtifact(directory: string, id: string): Promise<boolean> {
  try {
    const reading = await readArtifactFolder(directory);
    return reading.status === 'read' && reading.artifact.id === id;
  } catch {
    return false;
  }
}

async function assertDirectory(directory: string): Promise<void> {
  try {
    if ((await stat(directory)).isDirectory()) return;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT')
      throw new ArtifactError('not-found', `There is no artifact directory ${directory}.`, { cause: error });
    if (code !== 'ENOTDIR') throw unreadable(directory, error);
  }
  throw new ArtifactError('not-a-directory', `Expected the directory of an artifact, got a file: ${directory}.`);
}

async function readBounded(
  directory: string,
  file: ArtifactFileName,
): Promise<Uint8Array | ArtifactProblem | undefined> {
  const path = join(directory, file);
  const problem = (reason: string): ArtifactProblem => ({ file, line: undefined, reason });
  try {
    const entry = await lstat(path);
    if (entry.isSymbolicLink()) return problem('Expected a regular file, got a symbolic link.');
    if (!entry.isFile()) return problem('Expected a regular file, got something else.');
    // O_NONBLOCK: a pipe that takes the place of the file between the two looks must not hang us.
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const opened = await handle.stat();
      if (!opened.isFile()) return problem('Expected a regular file, got something else.');
      if (opened.size > MAX_FILE_BYTES[file]) return tooLong(file);
      return (await readAtMost(handle, MAX_FILE_BYTES[file])) ?? tooLong(file);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    if (code === 'EACCES' || code === 'EPERM' || code === 'ELOOP')
      return problem(`Expected a file that can be read, got ${code}.`);
    throw unreadable(path, error);
  }
}

/** The content, or undefined where it is longer than `limit` bytes; a file may grow while it is read. */
async function readAtMost(handle: Awaited<ReturnType<typeof open>>, limit: number): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(65_536), 0, 65_536, null);
    if (bytesRead === 0) return new Uint8Array(Buffer.concat(chunks));
    length += bytesRead;
    if (length > limit) return undefined;
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

function unreadable(path: string, error: unknown): ArtifactError {
  return new ArtifactError('unreadable', `Cannot read ${path}: ${(error as Error).message}.`, { cause: error });
}
