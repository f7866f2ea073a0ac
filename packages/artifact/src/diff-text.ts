import { structuredPatch } from 'diff';
import type { Hunk, HunkLine } from './git-diff.js';

const CONTEXT_LINES = 3;
/** Beyond this many changed lines the search for the shortest diff takes seconds; one big hunk is as exact. */
const MAX_EDIT_LENGTH = 1000;
/** Its time grows with lines times changed lines, so that the bound is lower for files of very many lines. */
const MAX_EDIT_WORK = 200_000_000;
const KINDS: Readonly<Record<string, HunkLine['kind']>> = { ' ': 'context', '-': 'removed', '+': 'added' };

/** Hunks that lead from one latin1 text to another, with three lines of context. */
export function diffText(from: string, to: string): Hunk[] {
  const oldLines = splitLines(from);
  const newLines = splitLines(to);
  const maxEditLength = Math.min(MAX_EDIT_LENGTH, Math.floor(MAX_EDIT_WORK / (oldLines.length + newLines.length + 1)));
  const patch = structuredPatch('', '', from, to, '', '', { context: CONTEXT_LINES, maxEditLength });
  if (!patch) return [wholeHunk(oldLines, newLines)];
  return patch.hunks.map((hunk) => ({
    oldStart: statedStart(hunk.oldStart, hunk.oldLines),
    oldLines: hunk.oldLines,
    newStart: statedStart(hunk.newStart, hunk.newLines),
    newLines: hunk.newLines,
    heading: '',
    lines: hunkLines(hunk.lines),
  }));
}

function statedStart(start: number, lines: number): number {
  return lines === 0 ? start - 1 : start;
}

function hunkLines(printed: readonly string[]): HunkLine[] {
  return printed.flatMap((line, index) => {
    const kind = KINDS[line[0] ?? ''];
    if (kind === undefined) return [];
    return [{ kind, text: line.slice(1), endsWithoutNewline: printed[index + 1]?.startsWith('\\') ?? false }];
  });
}

/** One hunk from the first to the last line that differs, with context round it. */
function wholeHunk(oldLines: readonly string[], newLines: readonly string[]): Hunk {
  const shorter = Math.min(oldLines.length, newLines.length);
  let head = 0;
  while (head < shorter && oldLines[head] === newLines[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && oldLines.at(-1 - tail) === newLines.at(-1 - tail)) tail += 1;
  const before = oldLines.slice(Math.max(0, head - CONTEXT_LINES), head);
  const removed = oldLines.slice(head, oldLines.length - tail);
  const added = newLines.slice(head, newLines.length - tail);
  const after = oldLines.slice(oldLines.length - tail, oldLines.length - tail + CONTEXT_LINES);
  const context = before.length + after.length;
  const start = head - before.length + 1;
  return {
    oldStart: statedStart(start, context + removed.length),
    oldLines: context + removed.length,
    newStart: statedStart(start, context + added.length),
    newLines: context + added.length,
    heading: '',
    lines: [
      ...before.map((line) => aLine('context', line)),
      ...removed.map((line) => aLine('removed', line)),
      ...added.map((line) => aLine('added', line)),
      ...after.map((line) => aLine('context', line)),
    ],
  };
}

/** Lines with their line feed, so that a last line without one differs from the same line with one. */
function splitLines(text: string): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start) + 1 || text.length;
    lines.push(text.slice(start, end));
    start = end;
  }
  return lines;
}

function aLine(kind: HunkLine['kind'], line: string): HunkLine {
  const isFinished = line.endsWith('\n');
  return { kind, text: isFinished ? line.slice(0, -1) : line, endsWithoutNewline: !isFinished };
}
