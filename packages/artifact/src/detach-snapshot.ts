import { createBase } from './bases/create-base.js';
import { type Base, type BaseEntry, blobId, createSnapshot, readFile, type Snapshot, withFiles } from './snapshot.js';

/** What each detached base was made of. Only this module can ask, so a detached base gives nothing of it away. */
const sources = new WeakMap<Base, Snapshot>();

/**
 * The same tree as a snapshot of a new base that knows nothing else: what a solver may hold. The text that the snapshot's
 * own base has in place of its changes cannot be reached through it.
 */
export function detachSnapshot(snapshot: Snapshot): Snapshot {
  const source = layersOf(snapshot);
  const entries = new Map<string, BaseEntry>(source.base.entries);
  for (const [path, entry] of source.changes) {
    if (entry === null) entries.delete(path);
    else entries.set(path, { mode: entry.mode, blobId: blobId(entry.content) });
  }
  const base = createBase(entries, async (path) => (await readFile(source, path))!.content);
  sources.set(base, source);
  return createSnapshot(base);
}

/**
 * The same tree expressed on the base that a detached one stands on; any other snapshot is given back as it is. For the
 * host only: a sandbox then lays out one base for all states, and runs of equal trees share one digest.
 */
export function layersOf(snapshot: Snapshot): Snapshot {
  const source = sources.get(snapshot.base);
  return source === undefined ? snapshot : withFiles(source, snapshot.changes);
}
