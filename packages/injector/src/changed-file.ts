import { createSourceText, type SourceText } from './source-text.js';

/** A file that a diff changes, with its whole text on both sides. */
export interface ChangedFile {
  /** Its path behind the diff; of a deleted file the one before it. */
  readonly path: string;
  /** Undefined for an added file, copies among them. */
  readonly before: SourceText | undefined;
  /** Undefined for a deleted file. */
  readonly after: SourceText | undefined;
}

/** One line of a text; numbers are 1-based. */
export interface SourceLine {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** A changed file by its texts, for unit tests of validity rules. */
export function buildChangedFile(path: string, before: string | undefined, after: string | undefined): ChangedFile {
  const sourceOf = (text: string | undefined) =>
    text === undefined ? undefined : createSourceText(path, Buffer.from(text));
  return { path, before: sourceOf(before), after: sourceOf(after) };
}

/** Lines that one side has more often than the other, so that a line which only moved is neither added nor removed. */
export function changedLines(file: ChangedFile): {
  readonly added: readonly SourceLine[];
  readonly removed: readonly SourceLine[];
} {
  return {
    added: surplusLines(file.path, file.after, file.before),
    removed: surplusLines(file.path, file.before, file.after),
  };
}

function surplusLines(path: string, side: SourceText | undefined, other: SourceText | undefined): SourceLine[] {
  const known = new Map<string, number>();
  for (const text of linesOf(other)) known.set(text, (known.get(text) ?? 0) + 1);
  return linesOf(side).flatMap((text, index) => {
    const count = known.get(text) ?? 0;
    known.set(text, count - 1);
    return count > 0 ? [] : [{ path, line: index + 1, text }];
  });
}

function linesOf(source: SourceText | undefined): string[] {
  const lines = source?.text?.split(/\r?\n/) ?? [];
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** `FILE, line N` */
export function placeOf({ path, line }: SourceLine): string {
  return `${path}, line ${line}`;
}
