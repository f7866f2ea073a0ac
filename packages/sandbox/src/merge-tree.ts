import type { TreeFile, TreeSource, WorkspaceRequest } from './sandbox.js';
import { assertFilePathOfTree } from './tree-paths.js';

/** The files of a base with changes on it, in the order of their paths, whatever each comes from. */
export async function* mergeTree(
  base: TreeSource,
  changes: WorkspaceRequest['changes'],
): AsyncIterable<{ readonly path: string } & TreeFile> {
  const files = new Map<string, TreeFile>();
  for await (const { path, ...file } of base.readAll()) files.set(path, file);
  for (const [path, file] of changes) {
    assertFilePathOfTree(path);
    if (file === null) files.delete(path);
    else files.set(path, file);
  }
  for (const path of [...files.keys()].sort()) yield { path, ...files.get(path)! };
}
