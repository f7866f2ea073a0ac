import { createHash } from 'node:crypto';
import { applyDelta } from './git-delta.js';
import type { BinaryData, PatchContent } from './git-diff.js';

/** What came of binary data: the new content, or a sentence. `undefined` stands for no file. */
export type BinaryApplication = { readonly content: Uint8Array } | { readonly problem: string };

/**
 * The new content of a binary change. The old content must be exactly what the backward data yields from the new, and
 * both must have the ids that are stated. At most `maxBytes` are built.
 */
export function applyBinary(
  source: Uint8Array | undefined,
  binary: Extract<PatchContent, { readonly kind: 'binary' }>,
  isDeletion: boolean,
  maxBytes: number,
): BinaryApplication {
  const old = source ?? new Uint8Array();
  if (source && !hasId(source, binary.oldId))
    return { problem: 'The content is not the one with the id that the patch states.' };
  const content = build(old, binary.forward, maxBytes);
  if (!content) return { problem: 'The delta is malformed or made for other content.' };
  if (!isDeletion && !hasId(content, binary.newId))
    return { problem: 'The result does not have the id that the patch states.' };
  if (!binary.backward) {
    return source && binary.oldId === undefined
      ? { problem: 'The patch does not tell what it replaces.' }
      : { content };
  }
  const restored = build(content, binary.backward, old.length);
  if (!restored || Buffer.compare(restored, old) !== 0)
    return { problem: 'The content is not what the patch says it replaces.' };
  return { content };
}

function build(source: Uint8Array, data: BinaryData, maxBytes: number): Uint8Array | undefined {
  if (data.kind === 'delta') return applyDelta(source, data.data, maxBytes);
  return data.data.length <= maxBytes ? data.data : undefined;
}

/** Ids of 40 digits are SHA-1, of 64 digits SHA-256. */
function hasId(content: Uint8Array, id: string | undefined): boolean {
  if (id === undefined) return true;
  const hash = createHash(id.length === 40 ? 'sha1' : 'sha256');
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex') === id;
}
