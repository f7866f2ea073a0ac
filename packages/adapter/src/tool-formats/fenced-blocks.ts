/** A fenced block of a Markdown text. */
export interface FencedBlock {
  /** First word after the opening fence; '' where there is none. */
  readonly word: string;
  readonly content: string;
  readonly isClosed: boolean;
  /** Where the block lies in the text, fences included. */
  readonly start: number;
  readonly end: number;
}

/**
 * The blocks of a text that are fenced with backticks, in order, by the rules of CommonMark: at most three spaces of
 * indentation, which the content loses as well; closed by a fence as long or longer; else it lasts to the end.
 */
export function findFencedBlocks(text: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let open: { fence: string; indentation: number; word: string; start: number; lines: string[] } | undefined;
  let at = 0;
  for (const line of text.split('\n')) {
    const end = at + line.length;
    if (open === undefined) {
      const opening = /^( {0,3})(`{3,})([^`]*)$/.exec(line);
      if (opening) {
        const [, indentation, fence, words] = opening as unknown as [string, string, string, string];
        const word = /^\s*(\S*)/.exec(words)![1]!;
        open = { fence, indentation: indentation.length, word, start: at, lines: [] };
      }
    } else if (isClosing(line, open.fence)) {
      const { word, start, lines } = open;
      blocks.push({ word, content: lines.join('\n'), isClosed: true, start, end });
      open = undefined;
    } else {
      open.lines.push(withoutIndentation(line, open.indentation));
    }
    at = end + 1;
  }
  if (open !== undefined) {
    const { word, start, lines } = open;
    blocks.push({ word, content: lines.join('\n'), isClosed: false, start, end: text.length });
  }
  return blocks;
}

/** A fence that no line of the content closes. */
export function fenceFor(content: string): string {
  let longest = 2;
  for (const run of content.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  return '`'.repeat(longest + 1);
}

function isClosing(line: string, fence: string): boolean {
  const closing = /^ {0,3}(`{3,})[ \t\r]*$/.exec(line);
  return closing !== null && closing[1]!.length >= fence.length;
}

function withoutIndentation(line: string, indentation: number): string {
  let spaces = 0;
  while (spaces < indentation && line[spaces] === ' ') spaces += 1;
  return line.slice(spaces);
}
