import { MAX_HEADER_LINE_BYTES, MAX_PATCH_LINES } from './patch-limits.js';
import { refuse } from './refusal.js';

/** Reads a text line by line without splitting it at once: a hostile text may be nothing but line feeds. */
export class LineReader {
  /** 1-based number of the line that `peek` shows. */
  lineNumber = 1;
  private readonly text: string;
  private start = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The next line without its line feed, or undefined at the end. A final line may lack its line feed. */
  peek(): string | undefined {
    if (this.start >= this.text.length) return undefined;
    return this.text.slice(this.start, this.end());
  }

  /** Steps over the line that `peek` shows and returns it. */
  next(): string | undefined {
    const line = this.peek();
    if (line === undefined) return undefined;
    this.start += line.length + 1;
    this.lineNumber += 1;
    if (this.lineNumber > MAX_PATCH_LINES) {
      refuse('too-large', `Expected at most ${MAX_PATCH_LINES} lines, got more.`, { line: this.lineNumber });
    }
    return line;
  }

  /** As `peek`, for a line of a file header: those are short, so what examines them need not fear long ones. */
  peekHeader(): string | undefined {
    const line = this.peek();
    if (line !== undefined && line.length > MAX_HEADER_LINE_BYTES) {
      refuse('malformed', `Expected header lines of at most ${MAX_HEADER_LINE_BYTES} bytes.`, {
        line: this.lineNumber,
      });
    }
    return line;
  }

  skipBlankLines(): void {
    while (this.peek() === '') this.next();
  }

  private end(): number {
    const end = this.text.indexOf('\n', this.start);
    return end === -1 ? this.text.length : end;
  }
}

/** The beginning of a line for a message, with control characters escaped. */
export function excerpt(line: string | undefined): string {
  if (line === undefined) return 'the end of the patch';
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}
