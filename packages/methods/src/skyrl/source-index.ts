import type { ToolPlace } from '@swe-selfplay/adapter';
import { isLibraryPath, isTestPath } from '@swe-selfplay/python';
import { type ListedSource, listSources, type SourceListing } from './list-sources.js';
import { readArchive } from './read-archive.js';
import type { SourceFile, SourceStore } from './source-file.js';

/** How much of a workspace is looked at. */
export interface SourceBounds {
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  readonly maxTotalBytes: number;
}

/** The Python files of a workspace as they are now. */
export interface SourceTree {
  /** By path, sorted. */
  readonly files: ReadonlyMap<string, SourceFile>;
  /** What is not among them and why, a phrase each. */
  readonly leftOut: readonly string[];
}

/** Knows the files of one workspace and reads again only those that changed. */
export interface SourceIndex {
  /** Throws SandboxError where the sandbox failed. */
  update(place: ToolPlace): Promise<SourceTree>;
}

interface KnownSource {
  readonly stamp: string;
  /** Undefined: it is binary. */
  readonly file: SourceFile | undefined;
}

const READ_TIMEOUT_MS = 60_000;

export function createSourceIndex(store: SourceStore, bounds: SourceBounds): SourceIndex {
  let known: ReadonlyMap<string, KnownSource> = new Map();
  return {
    async update(place) {
      const listing = await listSources(place);
      const chosen = chooseSources(listing.sources, bounds);
      const changed = chosen.filter(({ path, stamp }) => known.get(path)?.stamp !== stamp);
      const contents = await readSources(place, changed, bounds);
      const next = new Map<string, KnownSource>();
      for (const { path, stamp } of chosen) {
        const before = known.get(path);
        const content = contents.get(`./${path}`);
        if (before?.stamp === stamp) next.set(path, before);
        else if (content !== undefined && content.length <= bounds.maxFileBytes)
          next.set(path, { stamp, file: content.includes(0) ? undefined : store.fileOf(content) });
      }
      known = next;
      return treeOf(listing, chosen.length, next, bounds);
    },
  };
}

/** Where not all fit, the library comes before other files and those before tests. Sorted by path as before. */
function chooseSources(sources: readonly ListedSource[], bounds: SourceBounds): ListedSource[] {
  const ranked = sources
    .filter(({ bytes }) => bytes <= bounds.maxFileBytes)
    .map((source, order) => ({ source, order, rank: rankOf(source.path) }))
    .sort((a, b) => a.rank - b.rank || a.order - b.order);
  let left = bounds.maxTotalBytes;
  const chosen = ranked.slice(0, bounds.maxFiles).filter(({ source }) => {
    const fits = source.bytes <= left;
    if (fits) left -= source.bytes;
    return fits;
  });
  return chosen.sort((a, b) => a.order - b.order).map(({ source }) => source);
}

function rankOf(path: string): number {
  if (isLibraryPath(path)) return 0;
  return isTestPath(path) ? 2 : 1;
}

/** An archive tells what belongs to which file, whatever happens to the files meanwhile. */
async function readSources(
  { sandbox, signal }: ToolPlace,
  sources: readonly ListedSource[],
  bounds: SourceBounds,
): Promise<Map<string, Uint8Array>> {
  if (sources.length === 0) return new Map();
  const result = await sandbox.run({
    argv: ['tar', '--no-recursion', '-cf', '-', '-T', '-'],
    stdin: Buffer.from(sources.map(({ path }) => `./${path}\n`).join('')),
    timeoutMs: READ_TIMEOUT_MS,
    // Headers and padding: up to 5 blocks a file, more for long names.
    maxOutputBytes: bounds.maxTotalBytes + sources.length * 8192 + 65_536,
    signal,
  });
  return readArchive(result.stdout);
}

function treeOf(
  { sources, special, oddlyNamed, cut }: SourceListing,
  chosen: number,
  known: ReadonlyMap<string, KnownSource>,
  { maxFiles, maxFileBytes, maxTotalBytes }: SourceBounds,
): SourceTree {
  const files = new Map<string, SourceFile>();
  for (const [path, { file }] of known) if (file !== undefined) files.set(path, file);
  const large = sources.filter(({ bytes }) => bytes > maxFileBytes).length;
  const counts: readonly (readonly [number, string])[] = [
    [special, 'links or special files'],
    [oddlyNamed, 'oddly named'],
    [large, `of more than ${maxFileBytes} bytes`],
    [sources.length - large - chosen, `beyond the bounds of ${maxFiles} files and ${maxTotalBytes} bytes`],
    [chosen - known.size, 'not readable'],
    [known.size - files.size, 'binary'],
  ];
  const phrases = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return { files, leftOut: cut === undefined ? phrases : [...phrases, cut] };
}
