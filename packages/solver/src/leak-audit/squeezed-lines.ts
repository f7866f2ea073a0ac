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

/** What every program says; such words tell nothing of a line. */
const COMMON_WORDS = new Set(
  `and as assert async await break class continue def del elif else except False finally for from global if import in is
   lambda None nonlocal not or pass raise return True try while with yield self cls super len str int bool list dict set
   tuple isinstance range print object type Exception TypeError ValueError KeyError AttributeError NotImplementedError
   const let var function new this null undefined true false void static public private export default`.split(/\s+/),
);

/** Different words and numbers of two characters or more, those left out that every program has. */
export function countWords(text: string): number {
  return new Set((text.match(/[A-Za-z_][A-Za-z0-9_]+|\d{2,}/g) ?? []).filter((word) => !COMMON_WORDS.has(word))).size;
}
