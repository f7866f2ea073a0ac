import { listPaths, type Snapshot } from '@swe-selfplay/artifact';
import { isLibraryPath, isModulePath, isTestPath } from '@swe-selfplay/python';

/** Names that no line of a prompt can be broken with. */
const PLAIN_PATH = /^[^\p{C}`]+$/u;

/**
 * The files of a tree for a prompt, a path a line, sorted, in at most `maxCharacters`. Where they do not all fit, modules
 * of the library come before other modules, those before tests and the rest, and a last line says how many are missing.
 */
export function listRepository(snapshot: Snapshot, maxCharacters: number): string {
  const paths = listPaths(snapshot).filter((path) => PLAIN_PATH.test(path));
  const shown: string[] = [];
  let left = maxCharacters;
  for (const path of [...paths].sort((a, b) => rankOf(a) - rankOf(b))) {
    if (path.length + 1 > left) break;
    left -= path.length + 1;
    shown.push(path);
  }
  const missing = paths.length - shown.length;
  return [...shown.sort(), ...(missing > 0 ? [`(and ${missing} more)`] : [])].join('\n');
}

function rankOf(path: string): number {
  if (isLibraryPath(path)) return 0;
  if (isModulePath(path) && !isTestPath(path)) return 1;
  return isModulePath(path) ? 2 : 3;
}
