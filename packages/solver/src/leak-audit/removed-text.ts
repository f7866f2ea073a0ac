import { applyPatch, blobId, changedPaths, type FileEntry, readFile, type Snapshot } from '@swe-selfplay/artifact';
import type { SolverTask } from '../solver-task.js';
import { countWords, squeezedLines, type TextLine } from './squeezed-lines.js';

/** What the original of one file has and the solver is shown nowhere; lines squeezed, as latin1. */
export interface RemovedText {
  /** Path in the original. */
  readonly path: string;
  readonly blobId: string;
  /** Lines that no changed file has any more. */
  readonly lines: readonly string[];
  /** The same lines as they were written. */
  readonly shown: readonly string[];
  /** Indices of lines that are a find by themselves. */
  readonly strong: readonly number[];
  /** Three lines in a row, blank ones left out, that no changed file has any more in a row; joined by newlines. */
  readonly windows: readonly string[];
  readonly shownWindows: readonly string[];
  /** Windows that are a find by themselves. */
  readonly strongWindows: ReadonlySet<number>;
  /** All lines of the file but the shortest, to tell a copy by. */
  readonly all: readonly string[];
  /** Text of a Python source, and what the solver is shown in its place; for bytecode. */
  readonly original: string | undefined;
  readonly known: readonly string[];
}

/** A line is a find by itself from so many characters, white space not counted, and different words on. */
export const STRONG_LINE = { characters: 25, words: 3 } as const;
/** Three lines in a row are, from so many on. */
export const STRONG_WINDOW = { characters: 30, words: 4 } as const;
/** More of a large removal would say nothing new. */
const MAX_STRONG_LINES = 64;
/** Shorter lines (`else:`, `try:`, brackets) do not count when two files are compared. */
const MIN_COMPARED = 12;
const MAX_TEXT_BYTES = 8 * 1024 ** 2;
/** A copy of less is no find. */
const MIN_COPY_BYTES = 32;

/**
 * What of the original a solver is not meant to see: what it has and neither the task nor the task with the
 * specification applied has. The text of oracle tests is thereby secret only as far as the specification keeps it back.
 */
export async function findRemovedText({ grading, view }: SolverTask): Promise<RemovedText[]> {
  const { original, task } = grading;
  const specified = await applyPatch(task, view.specification);
  const visible = specified.status === 'applied' ? [task, specified.snapshot] : [task];
  const paths = changedPaths(original, task);
  const known = new Map<string, string[]>();
  for (const path of paths) known.set(path, await textsOf(visible, path));

  const everywhere = [...known.values()].flat().map(squeezedLines);
  const knownLines = new Set(everywhere.flatMap((lines) => lines.map(({ squeezed }) => squeezed)));
  const knownWindows = new Set(everywhere.flatMap((lines) => windowsOf(lines).map(({ squeezed }) => squeezed)));
  const knownText = everywhere
    .map((lines) => lines.map(({ squeezed }) => withoutComment(squeezed)).join('\n'))
    .join('\n');

  const removed: RemovedText[] = [];
  for (const path of paths) {
    const entry = await readFile(original, path);
    if (entry === undefined || entry.mode === '120000' || entry.content.length < MIN_COPY_BYTES) continue;
    // A file that only moved, or of which the specification shows the text, is no secret.
    const id = blobId(entry.content);
    if (await isVisible(visible, paths, id)) continue;
    const text = textOf(entry) ?? '';
    const lines = squeezedLines(text);
    const gone = distinct(lines.filter(({ squeezed }) => !knownLines.has(squeezed)));
    const windows = distinct(windowsOf(lines).filter(({ squeezed }) => !knownWindows.has(squeezed)));
    removed.push({
      path,
      blobId: id,
      lines: gone.map(({ squeezed }) => squeezed),
      shown: gone.map(({ shown }) => shown),
      strong: strongest(gone.map((line, index) => (isStrong(line, STRONG_LINE) ? [index, line] : undefined)))
        .filter(([, { squeezed }]) => !knownText.includes(squeezed))
        .slice(0, MAX_STRONG_LINES)
        .map(([index]) => index),
      windows: windows.map(({ squeezed }) => squeezed),
      shownWindows: windows.map(({ shown }) => shown),
      strongWindows: new Set([...windows.keys()].filter((index) => isStrong(windows[index]!, STRONG_WINDOW))),
      all: [...new Set(lines.map(({ squeezed }) => squeezed))].filter(({ length }) => length >= MIN_COMPARED),
      original: path.endsWith('.py') ? text : undefined,
      known: known.get(path)!,
    });
  }
  return removed;
}

function windowsOf(lines: readonly TextLine[]): TextLine[] {
  return lines.slice(2).map((third, index) => {
    const parts = [lines[index]!, lines[index + 1]!, third];
    const joined = (of: 'squeezed' | 'shown') => parts.map((part) => part[of]).join('\n');
    return { squeezed: joined('squeezed'), shown: joined('shown') };
  });
}

/** A comment that holds a removed line gives it away; it does not make it known. */
function withoutComment(squeezed: string): string {
  return squeezed.replace(/(?:#|\/\/).*$/, '');
}

function distinct(lines: readonly TextLine[]): TextLine[] {
  return [...new Map(lines.map((line) => [line.squeezed, line])).values()];
}

function isStrong(line: TextLine, { characters, words }: { characters: number; words: number }): boolean {
  return line.squeezed.length >= characters && countWords(line.shown) >= words;
}

function strongest(lines: readonly (readonly [number, TextLine] | undefined)[]): (readonly [number, TextLine])[] {
  return lines.filter((line) => line !== undefined).sort(([, a], [, b]) => b.squeezed.length - a.squeezed.length);
}

async function isVisible(visible: readonly Snapshot[], paths: readonly string[], id: string): Promise<boolean> {
  for (const snapshot of visible) {
    for (const path of paths) {
      const entry = await readFile(snapshot, path);
      if (entry !== undefined && blobId(entry.content) === id) return true;
    }
  }
  return false;
}

async function textsOf(snapshots: readonly Snapshot[], path: string): Promise<string[]> {
  const entries = await Promise.all(snapshots.map((snapshot) => readFile(snapshot, path)));
  return [...new Set(entries.map((entry) => entry && textOf(entry)).filter((text) => text !== undefined))];
}

/** Undefined for what is no text, or too much of it. */
function textOf({ content }: FileEntry): string | undefined {
  if (content.includes(0) || content.length > MAX_TEXT_BYTES) return undefined;
  return Buffer.from(content).toString('latin1');
}
