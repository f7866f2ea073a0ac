import { decodeLatin1 } from './latin1.js';
import { excerpt } from './line-reader.js';
import { findLinkProblem } from './link-target.js';
import { refuse } from './refusal.js';
import { foldPath } from './safe-path.js';
import { type Base, type FileEntry, modeOf, type Snapshot } from './snapshot.js';
import { directoriesAbove } from './tree-path.js';

/** Paths of files by their own folded path, and by that of each directory above them. */
interface FoldedPaths {
  readonly files: ReadonlyMap<string, readonly string[]>;
  readonly directories: ReadonlyMap<string, readonly string[]>;
}

/** Folding every path of a base costs milliseconds and bases are immutable, so it is done once for each. */
const foldedBases = new WeakMap<Base, FoldedPaths>();

/**
 * Refuses a result in which a created path is a file and a directory at once, lies below a symbolic link, or would be
 * the same file as another one where letter case or Unicode normalisation do not count.
 */
export function checkCreatedPaths(result: Snapshot, created: Iterable<string>): void {
  const base = foldedPathsOf(result.base);
  const changed = foldPaths([...result.changes].filter(([, entry]) => entry !== null).map(([path]) => path));
  const existing = (paths: keyof FoldedPaths, folded: string) =>
    [base, changed]
      .flatMap((each) => each[paths].get(folded) ?? [])
      .filter((path) => modeOf(result, path) !== undefined);

  for (const path of created) {
    const folded = foldPath(path);
    const alias = existing('files', folded).find((other) => other !== path);
    if (alias !== undefined) refuseAlias(path, alias);
    const below = existing('directories', folded)[0];
    if (below !== undefined) refuseParent(result, below, path);
    for (const parent of directoriesAbove(folded)) {
      const file = existing('files', parent)[0];
      if (file !== undefined) refuseParent(result, path, file);
    }
  }
}

/** Refuses symbolic links that are absolute, leave the repository or lead into `.git`. */
export function checkLinks(written: Iterable<readonly [string, FileEntry | null]>): void {
  for (const [path, entry] of written) {
    if (entry?.mode !== '120000') continue;
    const problem = findLinkProblem(path, decodeLatin1(entry.content));
    if (problem !== undefined) refuse('unsafe-link', `The symbolic link ${excerpt(path)} ${problem}.`, { path });
  }
}

function refuseAlias(path: string, other: string): never {
  const reason = `${excerpt(path)} and ${excerpt(other)} would be the same file on a case-insensitive file system.`;
  refuse('unsafe-path', reason, { path });
}

function refuseParent(result: Snapshot, path: string, parent: string): never {
  if (!path.startsWith(`${parent}/`)) refuseAlias(path, parent);
  if (modeOf(result, parent) === '120000') {
    refuse('unsafe-link', `${excerpt(path)} lies below the symbolic link ${excerpt(parent)}.`, { path });
  }
  refuse('file-exists', `${excerpt(path)} lies below ${excerpt(parent)}, which is a file.`, { path });
}

function foldedPathsOf(base: Base): FoldedPaths {
  const known = foldedBases.get(base);
  if (known) return known;
  const folded = foldPaths(base.entries.keys());
  foldedBases.set(base, folded);
  return folded;
}

function foldPaths(paths: Iterable<string>): FoldedPaths {
  const files = new Map<string, string[]>();
  const directories = new Map<string, string[]>();
  for (const path of paths) {
    const folded = foldPath(path);
    add(files, folded, path);
    for (const parent of directoriesAbove(folded)) add(directories, parent, path);
  }
  return { files, directories };
}

function add(map: Map<string, string[]>, key: string, path: string): void {
  const paths = map.get(key);
  if (paths) paths.push(path);
  else map.set(key, [path]);
}
