import type { TextRange } from './syntax.js';

/** Writes lines anew, token by token, and watches that the text they come from is laid out as Python wants it. */
export interface Layout {
  /** A token of the text, in order, and what is written of it. */
  read(token: Place, written: string | undefined): void;
  move(to: 'new-line' | 'deeper' | 'back' | 'pass'): void;
  /** False where the text cannot be laid out anew. */
  isSound(): boolean;
  /** The lines; undefined where the text cannot be laid out anew. */
  finish(): string[] | undefined;
}

interface Place {
  readonly startIndex: TextRange['start'];
  readonly endIndex: TextRange['end'];
  readonly type: string;
  readonly text: string;
}

const INDENTATION = '    ';
/** What may lie between two tokens without meaning anything. */
const BLANK = /^(?:[ \t\f\n]|\r\n|\\\r?\n)*$/;
const LINE_END = /(?<!\\\r?)\n/;
/** What tree-sitter takes for a name where it makes more sense to it. */
const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
    'import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);
const NO_STATEMENT = new Set(['comment', 'line_continuation', ';']);
const OPENING = new Set(['(', '[', '{']);
const CLOSING = new Set([')', ']', '}']);

/** A layout of lines of `text`, which is read from its beginning. */
export function createLayout(text: string): Layout {
  const lines: string[] = [];
  let line: string[] = [];
  /** True until a statement, or what passes for one, begins on this line. */
  let isFresh = true;
  /** White space that each block's statements begin with; undefined until one of them begins a line. */
  const indentations: (string | undefined)[] = [''];
  /** Whether each block has a statement: Python refuses those without. */
  const isFilled: boolean[] = [true];
  /** Brackets that are open: inside of them a line may end anywhere. */
  let brackets = 0;
  /** Whether a line has ended since the last token of a statement. */
  let isBroken = false;
  let end = 0;
  let isSound = true;

  function endLine(): void {
    if (line.length > 0) lines.push(INDENTATION.repeat(indentations.length - 1) + line.join(' '));
    line = [];
    isFresh = true;
  }

  /** Whether a statement may begin here, after `gap`. */
  function fits(gap: string, start: number): boolean {
    const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
    // Behind a colon or a semicolon.
    if (!/^[ \t\f]*$/.test(before)) return true;
    if (gap.includes('\\') || before.includes('\f')) return false;
    const known = indentations.at(-1);
    if (known !== undefined) return before === known;
    const outer = indentations.findLast((indentation) => indentation !== undefined)!;
    indentations[indentations.length - 1] = before;
    return before.length > outer.length && before.startsWith(outer);
  }

  /** Whether Python lets a token of a statement stand here. */
  function isAllowed({ startIndex, type, text: token }: Place, gap: string): boolean {
    if (type === 'identifier' && KEYWORDS.has(token)) return false;
    if (!isFresh) return brackets > 0 || !isBroken;
    isFilled[isFilled.length - 1] = true;
    return fits(gap, startIndex);
  }

  return {
    read(token, written) {
      const { startIndex, endIndex, type } = token;
      const gap = text.slice(end, startIndex);
      isSound &&= startIndex >= end && BLANK.test(gap);
      isBroken ||= LINE_END.test(gap);
      end = endIndex;
      if (type === 'line_continuation') isSound &&= !isFresh;
      if (NO_STATEMENT.has(type) || startIndex === endIndex) return;
      isSound &&= isAllowed(token, gap);
      isFresh = false;
      isBroken = false;
      if (OPENING.has(type)) brackets += 1;
      if (CLOSING.has(type)) brackets -= 1;
      if (written !== undefined) line.push(written);
    },
    move(to) {
      if (to === 'pass') {
        line.push('pass');
        return;
      }
      endLine();
      if (to === 'deeper') {
        indentations.push(undefined);
        isFilled.push(false);
      } else if (to === 'back') {
        isSound &&= isFilled.pop()!;
        indentations.pop();
      }
    },
    isSound: () => isSound,
    finish() {
      endLine();
      return isSound && BLANK.test(text.slice(end)) ? lines : undefined;
    },
  };
}
