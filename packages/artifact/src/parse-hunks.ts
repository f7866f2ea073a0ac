import type { FilePatch, Hunk, HunkLine } from './git-diff.js';
import { excerpt, type LineReader } from './line-reader.js';
import { refuse } from './refusal.js';

const HEADER = /^@@ -(0|[1-9]\d{0,9})(?:,(0|[1-9]\d{0,9}))? \+(0|[1-9]\d{0,9})(?:,(0|[1-9]\d{0,9}))? @@/;
const NO_NEWLINE = '\\ No newline at end of file';
const KINDS = new Map<string, HunkLine['kind']>([
  [' ', 'context'],
  ['-', 'removed'],
  ['+', 'added'],
]);

/** What is known of the file after the hunks read so far. */
interface Progress {
  /** First old line (1-based) that the next hunk may touch. */
  nextOldLine: number;
  /** New lines minus old lines so far. */
  growth: number;
  oldEnded: boolean;
  newEnded: boolean;
}

/** Reads all hunks of one file; they must be in order, not overlap, and their numbers must agree with their lines. */
export function readHunks(reader: LineReader, kind: FilePatch['kind']): Hunk[] {
  const progress: Progress = { nextOldLine: 1, growth: 0, oldEnded: false, newEnded: false };
  const hunks: Hunk[] = [];
  while (reader.peek()?.startsWith('@@')) hunks.push(readHunk(reader, kind, progress));
  if (hunks.length === 0) {
    refuse('malformed', `Expected "@@ -START,COUNT +START,COUNT @@", got ${excerpt(reader.peek())}.`, {
      line: reader.lineNumber,
    });
  }
  return hunks;
}

function readHunk(reader: LineReader, kind: FilePatch['kind'], progress: Progress): Hunk {
  const line = reader.lineNumber;
  // The heading may be as long as a line of the file, too long for a regular expression to run over.
  const text = reader.peek()!;
  const header = HEADER.exec(text.slice(0, 100));
  const heading = header ? text.slice(header[0].length) : '';
  if (!header || !/^($| )/.test(heading.slice(0, 1)))
    refuse('malformed', `Expected "@@ -START,COUNT +START,COUNT @@", got ${excerpt(text)}.`, { line });
  reader.next();
  const [oldStart, oldLines, newStart, newLines] = [header[1], header[2] ?? 1, header[3], header[4] ?? 1].map(
    Number,
  ) as [number, number, number, number];
  checkPosition({ oldStart, oldLines, newStart, newLines }, kind, progress, line);
  const lines = readBody(reader, oldLines, newLines, progress);
  if (lines.every((each) => each.kind === 'context')) refuse('malformed', 'The hunk changes nothing.', { line });
  return { oldStart, oldLines, newStart, newLines, heading: heading.slice(1), lines };
}

/** Where git counts from: a side without lines states the line before it. */
function firstLine(start: number, lines: number): number {
  return lines === 0 ? start + 1 : start;
}

function checkPosition(
  hunk: Pick<Hunk, 'oldStart' | 'oldLines' | 'newStart' | 'newLines'>,
  kind: FilePatch['kind'],
  progress: Progress,
  line: number,
): void {
  const oldFirst = firstLine(hunk.oldStart, hunk.oldLines);
  const newFirst = firstLine(hunk.newStart, hunk.newLines);
  if (oldFirst < 1 || newFirst < 1)
    refuse('malformed', 'Lines are counted from 1; only a side without lines starts at 0.', { line });
  if (oldFirst < progress.nextOldLine)
    refuse('malformed', 'The hunk overlaps the one before it or is out of order.', { line });
  if (newFirst !== oldFirst + progress.growth) {
    refuse('malformed', `Expected the new side to begin at line ${oldFirst + progress.growth}, got ${newFirst}.`, {
      line,
    });
  }
  if (kind === 'add' && hunk.oldLines > 0) refuse('malformed', 'A new file cannot have old lines.', { line });
  if (kind === 'delete' && hunk.newLines > 0) refuse('malformed', 'A deleted file cannot have new lines.', { line });
  if (kind === 'delete' && oldFirst !== progress.nextOldLine)
    refuse('malformed', 'A deletion must state the whole file.', { line });
  progress.nextOldLine = oldFirst + hunk.oldLines;
  progress.growth += hunk.newLines - hunk.oldLines;
}

function readBody(reader: LineReader, oldLines: number, newLines: number, progress: Progress): HunkLine[] {
  const lines: HunkLine[] = [];
  let oldLeft = oldLines;
  let newLeft = newLines;
  while (oldLeft > 0 || newLeft > 0) {
    const line = reader.lineNumber;
    const text = reader.peek();
    // With diff.suppressBlankEmpty git prints an empty context line without its space.
    const kind = text === '' ? 'context' : KINDS.get(text?.[0] ?? '');
    if (kind === undefined) {
      refuse(
        'malformed',
        `Expected ${oldLeft} more old and ${newLeft} more new lines in the hunk, got ${excerpt(text)}.`,
        { line },
      );
    }
    reader.next();
    if (kind !== 'added') oldLeft -= 1;
    if (kind !== 'removed') newLeft -= 1;
    if (oldLeft < 0 || newLeft < 0) refuse('malformed', 'The hunk has more lines than its header says.', { line });
    if ((kind !== 'added' && progress.oldEnded) || (kind !== 'removed' && progress.newEnded)) {
      refuse('malformed', 'A line follows the one that ends the file without a newline.', { line });
    }
    const endsWithoutNewline = readNoNewlineMark(reader);
    // A file cannot end in a line that has neither text nor an end: it would end with the line before.
    if (endsWithoutNewline && text!.length <= 1)
      refuse('malformed', 'An empty line cannot lack its newline.', { line });
    if (endsWithoutNewline && kind !== 'added') progress.oldEnded = true;
    if (endsWithoutNewline && kind !== 'removed') progress.newEnded = true;
    lines.push({ kind, text: text!.slice(1), endsWithoutNewline });
  }
  return lines;
}

function readNoNewlineMark(reader: LineReader): boolean {
  const text = reader.peek();
  if (!text?.startsWith('\\')) return false;
  if (text !== NO_NEWLINE)
    refuse('malformed', `Expected ${excerpt(NO_NEWLINE)}, got ${excerpt(text)}.`, { line: reader.lineNumber });
  reader.next();
  return true;
}
