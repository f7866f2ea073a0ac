/** A line of text without its white space, and as it was written. Text is latin1, a character for each byte. */
export interface TextLine {
  readonly squeezed: string;
  readonly shown: string;
}

/** The lines of a text that are not blank. */
export function squeezedLines(text: string): TextLine[] {
  return text
    .split('\n')
    .map((line) => ({ squeezed: line.replace(/[ \t\r\f\v]+/g, ''), shown: line.trim() }))
    .filter(({ squeezed }) => squeezed !== '');
}

/** Different words of two characters or more. */
export function countWords(text: string): number {
  return new Set(text.match(/[A-Za-z_][A-Za-z0-9_]+/g)).size;
}
