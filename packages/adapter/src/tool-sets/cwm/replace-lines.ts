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
  const insertedBreaks = countLineBreaks(inserted, 1, inserted.length);
  const text =
    `File ${path} has been successfully updated at line ${line} and now contains ${countLineBreaks(after, 0, after.length) + 1} ` +
    `lines. The surrounding lines after the edit are shown below:\n${snippetOf(after, place, line, insertedBreaks)}\n` +
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

/** The lines around those from `line`, which begins at `at`, to `more` lines further down; the file is never split. */
function snippetOf(file: string, at: number, line: number, more: number): string {
  let first = line;
  let start = at;
  for (; first > 1 && line - first < SNIPPET_LINES; first -= 1)
    start = start < 2 ? 0 : file.lastIndexOf('\n', start - 2) + 1;
  const lines: string[] = [];
  for (let number = first; number <= line + more + SNIPPET_LINES && start <= file.length; number += 1) {
    const next = file.indexOf('\n', start);
    const end = next === -1 ? file.length : next;
    const shown = Buffer.from(file.slice(start, end), 'latin1').toString('utf8');
    lines.push(`${String(number).padStart(6)}\t${shown}`);
    start = end + 1;
  }
  return lines.join('\n');
}

function countLineBreaks(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
