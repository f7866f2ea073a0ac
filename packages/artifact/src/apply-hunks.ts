import type { Hunk, HunkLine } from './git-diff.js';

/** What came of hunks on a text: the new text, or a sentence that says which line disagrees. */
export type HunkApplication = { readonly text: string } | { readonly problem: string };

interface Lines {
  readonly texts: readonly string[];
  readonly endsWithNewline: boolean;
}

/** Applies hunks to a latin1 text, each at the very line it states. */
export function applyHunks(text: string, hunks: readonly Hunk[]): HunkApplication {
  const source = splitLines(text);
  const output: string[] = [];
  let at = 0;
  for (const hunk of hunks) {
    const first = hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1;
    if (first < at || first > source.texts.length) {
      return { problem: `Expected at least ${first} lines before the hunk, got ${source.texts.length}.` };
    }
    for (; at < first; at += 1) output.push(sourceLine(source, at));
    for (const line of hunk.lines) {
      if (line.kind !== 'added') {
        const problem = findMismatch(source, at, line);
        if (problem !== undefined) return { problem };
        at += 1;
      }
      if (line.kind !== 'removed') output.push(line.endsWithoutNewline ? line.text : `${line.text}\n`);
    }
  }
  for (; at < source.texts.length; at += 1) output.push(sourceLine(source, at));
  const unfinished = output.findIndex((line) => !line.endsWith('\n'));
  if (unfinished !== -1 && unfinished !== output.length - 1) {
    return {
      problem: `Expected line ${unfinished + 1} of the result to be its last, since it ends without a newline.`,
    };
  }
  return { text: output.join('') };
}

function splitLines(text: string): Lines {
  const texts = text.split('\n');
  const endsWithNewline = texts.at(-1) === '';
  if (endsWithNewline) texts.pop();
  return { texts, endsWithNewline };
}

function isUnfinished(source: Lines, at: number): boolean {
  return at === source.texts.length - 1 && !source.endsWithNewline;
}

function sourceLine(source: Lines, at: number): string {
  return isUnfinished(source, at) ? source.texts[at]! : `${source.texts[at]!}\n`;
}

function findMismatch(source: Lines, at: number, line: HunkLine): string | undefined {
  const text = source.texts[at];
  if (text === undefined) return `Expected a line ${at + 1}, but the file has ${source.texts.length}.`;
  if (text !== line.text) return `Line ${at + 1} is not what the patch says it is.`;
  if (isUnfinished(source, at) === line.endsWithoutNewline) return undefined;
  return `Expected line ${at + 1} to end ${line.endsWithoutNewline ? 'without' : 'with'} a newline.`;
}
