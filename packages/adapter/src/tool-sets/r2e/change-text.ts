import { findAll } from '../cwm/find-all.js';
import { type FileLines, linesOf } from '../swe-agent/file-lines.js';
import { linesToInsert, replaceRange } from '../swe-agent/replace-range.js';

/** A file after a change, and which of its lines are new; `last` < `first`: none. Or why there is no change. */
export type TextChange =
  | { readonly status: 'changed'; readonly file: FileLines; readonly first: number; readonly last: number }
  | { readonly status: 'refused'; readonly text: string };

/** Replaces the one place where a text stands in a file; bytes are compared, whatever they are. */
export function replaceOnce({ content }: FileLines, search: string, replacement: string): TextChange {
  const text = Buffer.from(content).toString('latin1');
  const sought = Buffer.from(search).toString('latin1');
  const places = findAll(text, sought, 2);
  const [place] = places;
  if (place === undefined) return { status: 'refused', text: 'old_str does not occur in the file as it is written.' };
  if (places.length > 1)
    return {
      status: 'refused',
      text: 'old_str occurs more than once in the file; add lines around it to make it unique.',
    };
  const inserted = Buffer.from(replacement);
  const parts = [text.slice(0, place), inserted.toString('latin1'), text.slice(place + sought.length)];
  const file = linesOf(Buffer.from(parts.join(''), 'latin1'));
  const first = linesOf(Buffer.from(`${parts[0]}.`, 'latin1')).total;
  return { status: 'changed', file, first, last: first + replacement.split('\n').length - 1 };
}

/** Inserts lines after line `line`; 0: at the beginning. No text is an empty line. */
export function insertAfter(file: FileLines, line: number, text: string): TextChange {
  if (line < 0 || line > file.total)
    return { status: 'refused', text: `insert_line must be from 0 to ${file.total}, the number of lines of the file.` };
  const lines = linesToInsert(text || '\n');
  const first = line + 1;
  return { status: 'changed', file: linesOf(replaceRange(file, first, line, lines)), first, last: line + lines.length };
}
