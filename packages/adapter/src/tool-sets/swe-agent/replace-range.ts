import { endsWithCrlf, endsWithLineFeed, type FileLines } from './file-lines.js';

/**
 * Replaces lines `first` to `last` (1-based, inclusive; `first` = total + 1 appends) by `lines`, none of which holds a line
 * feed. All bytes outside the range stay. New lines end as the first replaced one does, with CRLF or LF, and where they
 * replace a last line without an end, the last of them has none either.
 */
export function replaceRange(file: FileLines, first: number, last: number, lines: readonly string[]): Uint8Array {
  const { content, total } = file;
  const isAppended = first > total;
  const before = content.subarray(0, file.startOf(first));
  const after = content.subarray(isAppended ? content.length : file.startOf(last + 1));
  const lineEnd = endsWithCrlf(file, isAppended ? total : first) ? '\r\n' : '\n';
  // A line that a model read from a CRLF file may come back with its carriage return.
  const text = lines.map((line) => `${lineEnd === '\r\n' ? line.replace(/\r$/, '') : line}${lineEnd}`).join('');
  const wasOpen = total > 0 && !endsWithLineFeed(content);
  if (!wasOpen) return Buffer.concat([before, Buffer.from(text), after]);
  // What is appended needs the line before it to end.
  if (isAppended) return Buffer.concat([before, Buffer.from(text === '' ? '' : lineEnd + withoutEnd(text, lineEnd))]);
  return Buffer.concat([before, Buffer.from(after.length > 0 ? text : withoutEnd(text, lineEnd)), after]);
}

/** The lines of a replacement text; one line end at its end belongs to the last of them, and no text is no lines. */
export function linesToInsert(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

function withoutEnd(text: string, lineEnd: string): string {
  return text.slice(0, Math.max(0, text.length - lineEnd.length));
}
