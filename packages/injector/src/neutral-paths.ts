import { listPaths, readFile, type Snapshot } from '@swe-selfplay/artifact';
import { isCommentable } from './neutral-edit.js';

/** Neighbours that get a comment besides the changed files. */
const MAX_NEIGHBOURS = 200;

/**
 * The files to add comments to: what the bug changed; source files in the directories of those and of oracle tests; and
 * modules that oracle tests import by name. Oracle tests are among them, since a failure can be keyed on their text too.
 */
export async function neutralPaths(
  buggy: Snapshot,
  { bugPaths, testFiles }: { readonly bugPaths: readonly string[]; readonly testFiles: readonly string[] },
): Promise<string[]> {
  const directories = new Set([...bugPaths, ...testFiles].map(directoryOf));
  const modules = await importedModules(buggy, testFiles);
  const known = new Set([...bugPaths, ...testFiles]);
  const neighbours = listPaths(buggy).filter(
    (path) => !known.has(path) && isCommentable(path) && (directories.has(directoryOf(path)) || isOneOf(path, modules)),
  );
  return [...known, ...neighbours.slice(0, MAX_NEIGHBOURS)].filter(isCommentable);
}

/** Dotted names behind `import` and `from` in Python tests, with those of the packages around them. */
async function importedModules(snapshot: Snapshot, testFiles: readonly string[]): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const path of testFiles.slice(0, MAX_NEIGHBOURS)) {
    if (!path.endsWith('.py')) continue;
    const text = Buffer.from((await readFile(snapshot, path))?.content ?? []).toString('latin1');
    for (const [, name = ''] of text.matchAll(/^[ \t]*(?:from|import)[ \t]+([A-Za-z_][\w.]*)/gm)) {
      const parts = name.split('.');
      for (let length = 1; length <= parts.length; length += 1) names.add(parts.slice(0, length).join('/'));
    }
  }
  return names;
}

function isOneOf(path: string, modules: ReadonlySet<string>): boolean {
  const module = path.replace(/(\/__init__)?\.py$/, '');
  if (module === path) return false;
  // Below any directory that modules may be imported from, such as `src`.
  const parts = module.split('/');
  return parts.some((_, index) => modules.has(parts.slice(index).join('/')));
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
