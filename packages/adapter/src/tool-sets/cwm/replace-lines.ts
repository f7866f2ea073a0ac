import { findAll } from './find-all.js';

const SNIPPET_LINES = 8;
const MAX_LISTED_LINES = 100;

export type Replacement =
  | { readonly status: 'replaced'; readonly content: Uint8Array; readonly text: string }
  | { readonly status: 'not-replaced'; readonly text: string };

/**
 * Replaces the one place where the search text stands in a file and says so in the words of the CWM scaffold. The search
 * text must begin where a line begins but may end within one. Files are compared byte for byte, whatever they hold.
 */
export function replaceLines(file: Uint8Array, path: string, search: string, replacement: string): Replacement {
  // One character a byte. The line break in front makes a match begin where a line begins.
  const before = `\n${Buffer.from(file).toString('latin1')}`;
  const sought = `\n${asBytes(search)}`;
  const places = findAll(before, sought, MAX_LISTED_LINES + 1);
  const [place] = places;
  if (place === undefined) return { status: 'not-replaced', text: notFoundText(before, path, search) };
  if (places.length > 1) {
    const text =
      `No replacement was performed. Multiple occurrences of the search text in lines ${listLines(before, places)} of ` +
      `${path}. Please ensure it is unique.`;
    return { status: 'not-replaced', text };
  }
  const inserted = `\n${asBytes(replacement)}`;
  const after = `${before.slice(0, place)}${inserted}${before.slice(place + sought.length)}`.slice(1);
  const line = countLineBreaks(before, 0, place) + 1;
  const lastLine = line + SNIPPET_LINES + countLineBreaks(inserted, 1, inserted.length);
  const lines = after.split('\n');
  const text =
    `File ${path} has been successfully updated at line ${line} and now contains ${lines.length} lines. The surrounding ` +
    `lines after the edit are shown below:\n${snippetOf(lines, Math.max(1, line - SNIPPET_LINES), lastLine)}\n` +
    'Review the changes and make sure they are as expected.';
  return { status: 'replaced', content: Buffer.from(after, 'latin1'), text };
}

function notFoundText(file: string, path: string, search: string): string {
  const [firstLine = ''] = search.split('\n', 1);
  const start = asBytes(firstLine.trimStart());
  let text = `No replacement was performed, the search lines did not appear verbatim in ${path}.`;
  if (start === '' || findAll(file, start, 1).length > 0) {
    text +=
      ' The search lines must exactly match one or more consecutive lines from the file, with indentations preserved.';
  }
  if (file.includes('\r\n') && search.includes('\n') && !search.includes('\r\n')) {
    text +=
      ' The file has CRLF line ends (a carriage return before each line break) and the search lines have not: search ' +
      'for a single line, or change the file with a command.';
  }
  return text;
}

function listLines(file: string, places: readonly number[]): string {
  const listed = places.slice(0, MAX_LISTED_LINES);
  let line = 1;
  let counted = 0;
  const lines = listed.map((place) => {
    line += countLineBreaks(file, counted, place);
    counted = place;
    return line;
  });
  return `[${lines.join(', ')}${places.length > listed.length ? ', ...' : ''}]`;
}

function snippetOf(lines: readonly string[], first: number, last: number): string {
  return lines
    .slice(first - 1, last)
    .map((line, index) => `${String(first + index).padStart(6)}\t${Buffer.from(line, 'latin1').toString('utf8')}`)
    .join('\n');
}

function countLineBreaks(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
