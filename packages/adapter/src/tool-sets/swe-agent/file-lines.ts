/**
 * The lines of a file as bytes, numbered from 1 and ended by line feeds; a last line without one counts. The file is never
 * split as a whole, since it may have millions of lines and hold anything.
 */
export interface FileLines {
  readonly content: Uint8Array;
  readonly total: number;
  /** Where a line begins; that of line `total` + 1 is the end of the file. */
  startOf(line: number): number;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

export function linesOf(content: Uint8Array): FileLines {
  const total = countLines(content);
  return {
    content,
    total,
    startOf(line) {
      if (line > total) return content.length;
      let start = 0;
      for (let number = 1; number < line; number += 1) start = content.indexOf(LINE_FEED, start) + 1;
      return start;
    },
  };
}

/** Lines `first` to `last` for a person to read: without line ends, what is no UTF-8 or no printable text replaced. */
export function readLines(lines: FileLines, first: number, last: number): string[] {
  const read: string[] = [];
  let start = lines.startOf(first);
  for (let number = first; number <= last; number += 1) {
    const next = lines.content.indexOf(LINE_FEED, start);
    const end = next === -1 ? lines.content.length : next;
    read.push(readableLine(lines.content.subarray(start, end)));
    start = end + 1;
  }
  return read;
}

/** Longest line that is shown as a whole, in bytes; of a longer one its beginning is. */
const MAX_LINE_BYTES = 4000;

/** One line as text, without its carriage return. */
export function readableLine(line: Uint8Array): string {
  const length = line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length;
  const text = replaceControls(Buffer.from(line.subarray(0, Math.min(length, MAX_LINE_BYTES))).toString('utf8'));
  return length > MAX_LINE_BYTES ? `${text}[... ${length - MAX_LINE_BYTES} more bytes]` : text;
}

/** Control characters but the tab would do something to whatever shows them, or be refused by a server. */
function replaceControls(text: string): string {
  return text.replace(/[^\P{Cc}\t]/gu, '\ufffd');
}

/** How a path is named in a reply: on one line, whatever it holds. */
export function showPath(path: string): string {
  return path.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

/** Whether line `line` ends with a carriage return and a line feed. */
export function endsWithCrlf({ content, startOf }: FileLines, line: number): boolean {
  const end = content.indexOf(LINE_FEED, startOf(line));
  return end > 0 && content[end - 1] === CARRIAGE_RETURN;
}

export function endsWithLineFeed(content: Uint8Array): boolean {
  return content.at(-1) === LINE_FEED;
}

function countLines(content: Uint8Array): number {
  let count = 0;
  for (let at = content.indexOf(LINE_FEED); at !== -1; at = content.indexOf(LINE_FEED, at + 1)) count += 1;
  return content.length === 0 || endsWithLineFeed(content) ? count : count + 1;
}
