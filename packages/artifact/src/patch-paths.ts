import type { FilePatch, Patch } from './git-diff.js';

/** Every path on either side of a patch, sorted by code unit, each once. Sources of copies count. */
export function touchedPaths(patch: Patch): string[] {
  return [...new Set(patch.files.flatMap((file) => [file.oldPath, file.newPath]))]
    .filter((path) => path !== undefined)
    .sort();
}

/** Paths of a patch by what becomes of them. All sources are read from the tree before the patch. */
export interface PathFates {
  /** Gone, unless created again: deleted or renamed away. */
  readonly removed: ReadonlySet<string>;
  /** Written where nothing was, or where something was removed. */
  readonly created: ReadonlySet<string>;
  /** The first file that claims a path which another one claims. */
  readonly duplicate: FilePatch | undefined;
}

/**
 * Sorts the paths of a patch. A path may be removed once and created once (git prints a change of type, a swap and a
 * chain of renames so); a modified path may be neither; sources of copies are free.
 */
export function pathFates(patch: Patch): PathFates {
  const removed = new Set<string>();
  const created = new Set<string>();
  const duplicate = patch.files.find((file) => {
    const claims: [Set<string>, string][] = [];
    if (file.kind !== 'add' && file.kind !== 'copy') claims.push([removed, file.oldPath!]);
    if (file.kind !== 'delete') claims.push([created, file.newPath!]);
    const isTaken = claims.some(([paths, path]) => paths.has(path));
    for (const [paths, path] of claims) paths.add(path);
    return isTaken;
  });
  for (const file of patch.files) {
    if (file.kind !== 'modify') continue;
    removed.delete(file.oldPath!);
    created.delete(file.newPath!);
  }
  return { removed, created, duplicate };
}
