import { type FileMode, findPathProblem } from '@swe-selfplay/artifact';
import { lastCodeBlock } from '../roles/last-code-block.js';

/** Which files an answer names. */
export interface FileList {
  /** Files of the tree in the order in which they are named, without repetition. */
  readonly files: readonly string[];
  /** How many names that might be paths are none of the tree. */
  readonly unknown: number;
}

const MAX_LINES = 200;

/**
 * Reads the files that an answer names: a path a line between the last fences, or without fences in what stands behind
 * the reasoning. Bullets, numbers, quotes and a leading `./` around a path are overlooked. `modeOf` tells the files of the
 * tree; links are none.
 */
export function parseFileList(answer: string, modeOf: (path: string) => FileMode | undefined): FileList {
  const end = answer.lastIndexOf('</think>');
  const spoken = end === -1 ? answer : answer.slice(end + '</think>'.length);
  const named = lastCodeBlock(spoken) ?? spoken;
  const files = new Set<string>();
  let unknown = 0;
  for (const line of named.split(/\r?\n/, MAX_LINES)) {
    const path = pathIn(line);
    if (path === undefined || findPathProblem(path) !== undefined) continue;
    const mode = modeOf(path);
    if (mode !== undefined && mode !== '120000') files.add(path);
    else if (/[./]/.test(path)) unknown += 1;
  }
  return { files: [...files], unknown };
}

function pathIn(line: string): string | undefined {
  const bare = line
    .slice(0, 1_000)
    .trim()
    .replace(/^(?:[-*+]|\d{1,3}[.)]|#{1,6})\s+/, '')
    .replace(/^[`"'*]+|[`"'*,:]+$/g, '')
    .replace(/^(?:\.\/)+/, '');
  return bare === '' || /\s/.test(bare) ? undefined : bare;
}
