import { type ChangedFile, changedLines, type SourceLine } from './changed-file.js';

const LONG_LINE = 400;
const LONG_GAP = 60;
const LONG_LITERAL = 40;
/** Bits a character, so that padding of one character repeated does not count. Base64 has up to 6. */
const MIN_ENTROPY = 3.5;

/** Lines that the change adds and that a reader cannot see through, and what is wrong with each. */
export function findHiddenContent(file: ChangedFile): { readonly line: SourceLine; readonly what: string }[] {
  const { added, removed } = changedLines(file);
  const longest = Math.max(LONG_LINE, ...removed.map(({ text }) => 1.2 * text.length));
  const before = file.before?.text ?? '';
  return added.flatMap((line) => {
    const what = faultOf(line.text, before, longest);
    return what === undefined ? [] : [{ line, what }];
  });
}

function faultOf(text: string, before: string, longest: number): string | undefined {
  const isNew = (part: string) => !before.includes(part);
  if (text.length > longest) return `a line of ${text.length} characters`;
  if (new RegExp(`\\S[ \\t]{${LONG_GAP},}\\S`).test(text)) return 'code far to the right, where nobody looks';
  // Marks that turn the direction of text, and characters without width.
  if ((text.match(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g) ?? []).some(isNew))
    return 'characters that cannot be seen';
  if (
    (
      text
        .replace(/(["'`]).*?\1/g, '')
        .replace(/(#|\/\/).*/, '')
        .match(/[^\s\p{ASCII}][\p{L}\w]*/gu) ?? []
    ).some(isNew)
  )
    return 'a name with letters beyond ASCII, which may look like another';
  if ((text.match(/(\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\[0-7]{3}){6,}/gi) ?? []).some(isNew))
    return 'text written in codes of characters';
  if ((text.match(/(\b\d{1,3}\s*,\s*){24,}/g) ?? []).some(isNew)) return 'a long list of small numbers';
  if ((text.match(/\b(0x)?[0-9a-f]{40,}\b/gi) ?? []).some(isNew)) return 'a very long number';
  const words = text.match(new RegExp(`[A-Za-z0-9+/=_-]{${LONG_LITERAL},}`, 'g')) ?? [];
  if (words.some((word) => isNew(word) && looksEncoded(word))) return 'a long literal that looks encoded';
  return undefined;
}

/** Names of many words are long too, but they do not mix small letters, capitals and digits like this. */
function looksEncoded(word: string): boolean {
  return [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(word)) && entropyOf(word) > MIN_ENTROPY;
}

/** Shannon entropy of the characters, in bits a character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
