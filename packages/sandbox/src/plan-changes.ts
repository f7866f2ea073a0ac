import type { LaidBase } from './base-store.js';
import type { TreeFile } from './sandbox.js';
import { SandboxError } from './sandbox-error.js';
import { assertFilePathOfTree, directoriesAbove } from './tree-paths.js';

/** How to get from a base to a state: first remove, then write. */
export interface ChangePlan {
  /** Files, and directories that hold nothing any more, as in git; none lies in another. */
  readonly deletions: readonly string[];
  /** The files of the base that go. */
  readonly deletedFiles: readonly string[];
  readonly files: ReadonlyMap<string, TreeFile>;
}

/** Throws SandboxError `invalid-request` where the changes give no tree: a file that is also a directory. */
export function planChanges(base: LaidBase, changes: ReadonlyMap<string, TreeFile | null>): ChangePlan {
  const files = new Map<string, TreeFile>();
  const deleted: string[] = [];
  const counts = new Map<string, number>();
  const countOf = (directory: string) => counts.get(directory) ?? base.fileCounts.get(directory) ?? 0;
  const count = (path: string, step: 1 | -1) => {
    for (const directory of directoriesAbove(path)) counts.set(directory, countOf(directory) + step);
  };
  for (const [path, file] of changes) {
    assertFilePathOfTree(path);
    const isInBase = base.files.has(path);
    if (file === null) {
      if (isInBase) {
        deleted.push(path);
        count(path, -1);
      }
    } else {
      files.set(path, file);
      if (!isInBase) count(path, 1);
    }
  }
  const isFile = (path: string) => files.has(path) || (base.files.has(path) && changes.get(path) !== null);
  for (const path of files.keys()) {
    const clash = countOf(path) > 0 ? path : directoriesAbove(path).find(isFile);
    if (clash !== undefined) {
      throw new SandboxError(
        'invalid-request',
        `Expected a tree, but ${JSON.stringify(clash)} is a file and a directory.`,
      );
    }
  }
  const emptied = deleted.map(
    (path) =>
      directoriesAbove(path).find((directory) => countOf(directory) === 0 && base.fileCounts.has(directory)) ?? path,
  );
  return { deletions: [...new Set(emptied)], deletedFiles: deleted, files };
}
