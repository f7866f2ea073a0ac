import { type FileLines, readLines } from '../swe-agent/file-lines.js';
import { MAX_RESPONSE_CHARACTERS } from './clip-reply.js';

const NUMBER_WIDTH = 6;
const SNIPPET_LINES = 4;

/** Lines `first` to `last` with their numbers, as many as a reply can show, and one more where there are more. */
export function showLines(file: FileLines, first: number, last: number): string {
  const shownTo = Math.min(last, file.total, first + Math.ceil(MAX_RESPONSE_CHARACTERS / NUMBER_WIDTH));
  return readLines(file, first, shownTo)
    .map((line, index) => `${String(first + index).padStart(NUMBER_WIDTH)} ${line}`)
    .join('\n');
}

/** What stands around lines that were changed: four lines on either side. */
export function showSnippet(file: FileLines, first: number, last: number): string {
  return showLines(file, Math.max(1, first - SNIPPET_LINES), Math.min(file.total, last + SNIPPET_LINES));
}
