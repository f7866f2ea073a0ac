import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { asHostFailure } from '../../host-failure.js';
import { digestContent } from '../../lay-out-tree.js';
import { SandboxError } from '../../sandbox-error.js';
import { createTemporaryDirectory, sweepTemporaryDirectories } from '../../temporary-directories.js';
import { assertTreePath, directoriesAbove } from '../../tree-paths.js';
import { connectEngine } from './connect-engine.js';
import type { ContainerOptions } from './container-provider.js';
import { type EngineClient, EngineRefusal } from './engine-client.js';
import { ownerLabels } from './ownership.js';
import { removeContainer } from './room.js';
import { inspectImage } from './sandbox-image.js';

export interface ExtractedDirectory {
  /** Where the copy lies on this host; its last part is that of the work dir. */
  readonly directory: string;
  /** `sha256:...` */
  readonly imageId: string;
  /** Where it lies in the image. */
  readonly workdir: string;
}

const MAX_BYTES = 8 * 1024 ** 3;
const MAX_FILE_BYTES = 1024 ** 3;

/**
 * Copies the work dir of an image into the cache, its repository and history included, once per image. Nothing of the
 * image is run. Links are copied, never followed; devices and pipes are left out.
 * Throws SandboxError `isolation-unavailable` where there is no engine or no such image, `invalid-request` where the image
 * has no such directory, `host-exhausted` or `sandbox-failed` where it cannot be copied.
 */
export async function extractImageDirectory(options: ContainerOptions): Promise<ExtractedDirectory> {
  const engine = await connectEngine(options.host);
  try {
    const image = await inspectImage(engine, options.image, options.workdir);
    const cache =
      options.cacheDirectory ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'swe-selfplay');
    const parent = join(cache, 'images', digestContent(`1 ${image.id} ${image.workdir}`).slice(0, 32));
    const directory = join(parent, basename(image.workdir));
    if (!existsSync(directory)) await copyOut(engine, image.id, image.workdir, directory);
    return { directory, imageId: image.id, workdir: image.workdir };
  } catch (error) {
    throw asHostFailure(error, 'The work dir of the image could not be copied');
  } finally {
    engine.close();
  }
}

async function copyOut(engine: EngineClient, imageId: string, workdir: string, directory: string): Promise<void> {
  const parent = dirname(directory);
  mkdirSync(parent, { recursive: true });
  sweepTemporaryDirectories(parent);
  const { Id: id } = await engine.request<{ Id: string }>('POST', '/containers/create', {
    body: { Image: imageId, Entrypoint: ['true'], Cmd: [], Labels: ownerLabels(), HostConfig: { NetworkMode: 'none' } },
  });
  const temporary = createTemporaryDirectory(parent);
  try {
    const archive = await downloadDirectory(engine, id, workdir);
    await unpack(archive, join(temporary, 'tree'));
    try {
      renameSync(join(temporary, 'tree'), directory);
    } catch (error) {
      if (!existsSync(directory)) throw error; // Else another process was first.
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    await removeContainer(engine, id);
  }
}

async function downloadDirectory(engine: EngineClient, id: string, workdir: string): Promise<Readable> {
  try {
    return await engine.download(`/containers/${id}/archive`, { query: { path: `${workdir}/` } });
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    throw new SandboxError('invalid-request', `The image has no directory ${workdir}.`, { cause: error });
  }
}

/**
 * Writes the content of the archive's one top directory into the new directory `root`. Nothing is written through a link:
 * every directory above a file is one that was made here.
 */
async function unpack(archive: Readable, root: string): Promise<void> {
  const extract = tar.extract();
  archive.once('error', (error) => extract.destroy(error)).pipe(extract);
  const made = new Map<string, 'directory' | 'file' | 'link'>();
  const hardLinks: { readonly path: string; readonly target: string }[] = [];
  const makeDirectory = (path: string) => {
    if (made.get(path) === 'directory') return;
    if (made.has(path)) throw contradiction(path);
    mkdirSync(join(root, path));
    made.set(path, 'directory');
  };
  const claim = (path: string, kind: 'file' | 'link') => {
    for (const directory of directoriesAbove(path)) makeDirectory(directory);
    if (made.has(path)) throw contradiction(path);
    made.set(path, kind);
    return join(root, path);
  };
  mkdirSync(root);
  let bytes = 0;
  for await (const entry of extract) {
    const { name, type, linkname, size = 0, mode = 0o644 } = entry.header;
    const path = belowTop(name);
    bytes += size;
    if (bytes > MAX_BYTES || size > MAX_FILE_BYTES) throw tooLarge();
    if (path === '') {
      if (type !== 'directory') throw new SandboxError('invalid-request', 'Expected the work dir to be a directory.');
    } else if (type === 'directory') {
      for (const directory of directoriesAbove(path)) makeDirectory(directory);
      makeDirectory(path);
    } else if (type === 'symlink') {
      symlinkSync(linkname ?? '', claim(path, 'link'));
    } else if (type === 'link') {
      hardLinks.push({ path, target: belowTop(linkname ?? '') });
    } else if (type === 'file' || type === 'contiguous-file') {
      const target = claim(path, 'file');
      await writeFile(target, await buffer(entry), { flag: 'wx' });
      chmodSync(target, mode & 0o100 ? 0o755 : 0o644);
    }
    entry.resume();
  }
  const { linkSync } = await import('node:fs');
  for (const { path, target } of hardLinks) {
    if (made.get(target) !== 'file') throw contradiction(path);
    linkSync(join(root, target), claim(path, 'file'));
  }
}

/** The path below the archive's top directory, '' for that directory itself. */
function belowTop(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const path = parts.slice(1).join('/');
  return path === '' ? '' : assertTreePath(path);
}

function contradiction(path: string): SandboxError {
  return new SandboxError(
    'sandbox-failed',
    `The engine's archive holds two different things at ${JSON.stringify(path)}.`,
  );
}

function tooLarge(): SandboxError {
  const bounds = `${MAX_BYTES} bytes in all and ${MAX_FILE_BYTES} in one file`;
  return new SandboxError('invalid-request', `Expected a work dir of at most ${bounds}; the image's is larger.`);
}
