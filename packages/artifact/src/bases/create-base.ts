import { EnvironmentError } from '../environment-error.js';
import { type Base, type BaseEntry, blobId, digestEntries, type FileEntry } from '../snapshot.js';
import { directoriesAbove, pathProblem } from '../tree-path.js';

/** Files that are read ahead of the one a consumer of `readAll` is at. */
const READ_AHEAD = 32;

/**
 * The base of these files. `readContent` is called when a file is read, and what it gives is compared with the blob id
 * that the entry had: `changed` otherwise. Throws EnvironmentError `unsupported-path` for a path no workspace can hold.
 */
export function createBase(
  files: Iterable<readonly [string, BaseEntry]>,
  readContent: (path: string) => Promise<Uint8Array>,
): Base {
  const entries = sortEntries(files);
  const read = async (path: string): Promise<Uint8Array> => {
    const entry = entries.get(path);
    if (entry === undefined) throw new EnvironmentError('not-found', `The tree has no file ${JSON.stringify(path)}.`);
    const content = await readContent(path);
    if (blobId(content) !== entry.blobId) {
      throw new EnvironmentError('changed', `${JSON.stringify(path)} changed after it was first read. Start again.`);
    }
    return content;
  };
  return Object.freeze({ digest: digestEntries(entries), entries, read, readAll: () => readInOrder(entries, read) });
}

function sortEntries(files: Iterable<readonly [string, BaseEntry]>): ReadonlyMap<string, BaseEntry> {
  const list = [...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const entries = new Map(list);
  if (entries.size !== list.length) {
    const twice = list.find(([path], index) => list[index + 1]?.[0] === path)?.[0];
    throw new EnvironmentError('unsupported-path', `The tree holds ${JSON.stringify(twice)} twice.`);
  }
  for (const path of entries.keys()) {
    const inTheWay = directoriesAbove(path).find((directory) => entries.has(directory));
    const problem = inTheWay === undefined ? pathProblem(path) : `${JSON.stringify(inTheWay)} is a file as well`;
    if (problem === undefined) continue;
    const message = `Expected paths that a workspace can hold, got ${JSON.stringify(path)}: ${problem}.`;
    throw new EnvironmentError('unsupported-path', message);
  }
  return entries;
}

async function* readInOrder(
  entries: ReadonlyMap<string, BaseEntry>,
  read: (path: string) => Promise<Uint8Array>,
): AsyncGenerator<{ readonly path: string } & FileEntry> {
  const started: { path: string; entry: BaseEntry; content: Promise<Uint8Array> }[] = [];
  const ahead = entries.entries();
  const startNext = () => {
    const next = ahead.next();
    if (next.done) return;
    const [path, entry] = next.value;
    const content = read(path);
    // A later file may fail while an earlier one is still awaited; the failure is met when its turn comes.
    content.catch(() => undefined);
    started.push({ path, entry, content });
  };
  for (let count = 0; count < READ_AHEAD; count++) startNext();
  for (let first = started.shift(); first !== undefined; first = started.shift()) {
    const content = await first.content;
    startNext();
    yield { path: first.path, mode: first.entry.mode, content };
  }
}
