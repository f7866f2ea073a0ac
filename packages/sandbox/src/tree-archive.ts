import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import type { TreeFile } from './sandbox.js';
import { SandboxError } from './sandbox-error.js';
import { directoriesAbove } from './tree-paths.js';

/** A tar archive of files, each directory before what it holds, files 0644 or 0755 as their mode says. */
export async function packTree(files: Iterable<readonly [string, TreeFile]>): Promise<Buffer> {
  const pack = tar.pack();
  const collected = buffer(pack);
  const directories = new Set<string>();
  for (const [path, file] of files) {
    for (const directory of directoriesAbove(path)) {
      if (directories.has(directory)) continue;
      directories.add(directory);
      pack.entry({ name: directory, type: 'directory', mode: 0o755 });
    }
    if (file.mode === '120000') {
      pack.entry({ name: path, type: 'symlink', linkname: Buffer.from(file.content).toString() });
    } else {
      pack.entry({ name: path, mode: file.mode === '100755' ? 0o755 : 0o644 }, Buffer.from(file.content));
    }
  }
  pack.finalize();
  return collected;
}

/** The regular files of an archive that the sandbox's own tar wrote, by path without a leading `./`. */
export async function unpackFiles(archive: Uint8Array): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const extract = tar.extract();
  const source = Readable.from([archive], { objectMode: false });
  source.pipe(extract);
  try {
    for await (const entry of extract) {
      const content = await buffer(entry);
      if (entry.header.type === 'file') files.set(entry.header.name.replace(/^\.\//, ''), content);
    }
  } catch (error) {
    throw new SandboxError('sandbox-failed', 'The archive of changed files could not be read.', { cause: error });
  }
  return files;
}
