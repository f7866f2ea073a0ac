import { decodeLatin1 } from './latin1.js';

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  '"': '"',
  '\\': '\\',
};
const LETTERS = new Map(Object.entries(ESCAPES).map(([letter, character]) => [character, letter]));
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a C-quoted name, as git writes names with special characters, from the start of `text`.
 * Names are latin1 (one code unit a byte). Returns undefined where `text` does not begin with a well-formed one.
 */
export function readQuotedName(text: string): { readonly name: string; readonly length: number } | undefined {
  if (text[0] !== '"') return undefined;
  const characters: string[] = [];
  for (let at = 1; at < text.length; ) {
    const character = text[at]!;
    if (character === '"') return { name: characters.join(''), length: at + 1 };
    if (character !== '\\') {
      characters.push(character);
      at += 1;
      continue;
    }
    const octal = /^[0-3][0-7]{2}$/.exec(text.slice(at + 1, at + 4));
    const plain = octal ? String.fromCharCode(Number.parseInt(octal[0], 8)) : escapedCharacter(text[at + 1]);
    if (plain === undefined) return undefined;
    characters.push(plain);
    at += octal ? 4 : 2;
  }
  return undefined;
}

/** The name as git prints it with `core.quotePath=true`: quoted where a byte is special or beyond ASCII. */
export function quoteName(name: string): string {
  let quoted = '';
  for (const character of name) {
    const letter = LETTERS.get(character);
    const code = character.charCodeAt(0);
    if (letter !== undefined) quoted += `\\${letter}`;
    else if (code < 0x20 || code >= 0x7f) quoted += `\\${code.toString(8).padStart(3, '0')}`;
    else quoted += character;
  }
  return quoted === name ? name : `"${quoted}"`;
}

/** The path that a name (latin1) means, or undefined where its bytes are not UTF-8. */
export function pathOfName(name: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(name, 'latin1'));
  } catch {
    return undefined;
  }
}

/** The bytes of a path as a latin1 name. */
export function nameOfPath(path: string): string {
  return decodeLatin1(Buffer.from(path, 'utf8'));
}

function escapedCharacter(letter: string | undefined): string | undefined {
  return letter !== undefined && Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
}
