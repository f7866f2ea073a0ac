import { type Base, blobId, type FileEntry } from '../snapshot.js';
import { createBase } from './create-base.js';

/**
 * A base held in memory: text or bytes by path, or an entry with its mode (otherwise an ordinary file). The bytes are
 * copied. Throws EnvironmentError `unsupported-path`.
 */
export function memoryBase(files: Readonly<Record<string, string | Uint8Array | FileEntry>>): Base {
  const held = new Map<string, FileEntry>();
  for (const [path, file] of Object.entries(files)) held.set(path, toEntry(file));
  return createBase(
    [...held].map(([path, { mode, content }]) => [path, { mode, blobId: blobId(content) }] as const),
    async (path) => held.get(path)!.content.slice(),
  );
}

function toEntry(file: string | Uint8Array | FileEntry): FileEntry {
  if (typeof file === 'string') return { mode: '100644', content: new TextEncoder().encode(file) };
  if (file instanceof Uint8Array) return { mode: '100644', content: Uint8Array.from(file) };
  return { mode: file.mode, content: Uint8Array.from(file.content) };
}
