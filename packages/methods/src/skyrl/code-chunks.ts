/** A stretch of whole lines that begins with a definition, or with the file. Lines are 1-based, both inclusive. */
export interface CodeChunk {
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
}

const HEAD = /^[ \t]*(?:async[ \t]+def|def|class)[ \t]+[\p{L}_]/u;
const ABOVE = /^[ \t]*[@#]/;

/**
 * A file in chunks for a search: each goes from a definition, with decorators and comments above it, to the next one, so
 * that every line is in exactly one. Read from the lines alone: of a whole repository that takes a fraction of the time and
 * none of the memory of syntax trees, and where a chunk begins amiss, as in a string, only its rank suffers.
 */
export function codeChunksOf(lines: readonly string[]): CodeChunk[] {
  const starts = [0];
  lines.forEach((line, row) => {
    if (!HEAD.test(line)) return;
    let start = row;
    while (start > starts.at(-1)! && ABOVE.test(lines[start - 1]!)) start -= 1;
    if (start > starts.at(-1)!) starts.push(start);
  });
  return starts
    .map((start, index) => ({ start, end: starts[index + 1] ?? lines.length }))
    .filter(({ start, end }) => end > start)
    .map(({ start, end }) => ({ startLine: start + 1, endLine: end, text: lines.slice(start, end).join('\n') }));
}
