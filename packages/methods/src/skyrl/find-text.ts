import type { SourceFile } from './source-file.js';

/** The lines of a file that hold a text. */
export interface TextMatches {
  readonly path: string;
  /** 1-based, in order. */
  readonly lines: readonly number[];
}

/**
 * Where a text stands, in any case; a text of several lines where its first one does. Of more files than `maxFiles`, only
 * one beyond them is told.
 */
export function findText(files: ReadonlyMap<string, SourceFile>, text: string, maxFiles: number): TextMatches[] {
  const needle = text.toLowerCase();
  const found: TextMatches[] = [];
  for (const [path, file] of files) {
    const lines = linesWith(file.text.toLowerCase(), needle);
    if (lines.length > 0) found.push({ path, lines });
    if (found.length > maxFiles) break;
  }
  return found;
}

/** In one pass: a file may be one line that holds the text very often. */
function linesWith(haystack: string, needle: string): number[] {
  const lines: number[] = [];
  let [line, lineEnd] = [1, haystack.indexOf('\n')];
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, lineEnd + 1)) {
    while (lineEnd !== -1 && lineEnd < at) {
      line += 1;
      lineEnd = haystack.indexOf('\n', lineEnd + 1);
    }
    lines.push(line);
    if (lineEnd === -1) break;
  }
  return lines;
}
