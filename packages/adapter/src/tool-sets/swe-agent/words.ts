/**
 * The words of one command as a shell takes them apart: between blanks, with '…', "…" and backslashes for blanks within.
 * Nothing is expanded. Throws an Error that tells the model of an open quote.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'" || character === '"') {
      const quoted = readQuoted(text, at);
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (character === '\\' && at + 1 < text.length) {
      at += 1;
      word = (word ?? '') + text[at];
    } else {
      word = (word ?? '') + character;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** `end`: where the closing quote stands. In double quotes a backslash stands for itself but before `"`, `\`, `$` and "`". */
function readQuoted(text: string, start: number): { readonly text: string; readonly end: number } {
  const quote = text[start];
  const parts: string[] = [];
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === quote) return { text: parts.join(''), end: at };
    const isEscape = quote === '"' && character === '\\' && '"\\$`'.includes(text[at + 1] ?? ' ');
    if (isEscape) at += 1;
    parts.push(isEscape ? (text[at] as string) : character);
  }
  throw new Error(`the quote ${quote} is not closed. Write a backslash before a quote that is meant as such.`);
}

/** A line number as it is written in a command. Throws an Error that tells the model what was wrong. */
export function readLineNumber(word: string): number {
  if (!/^-?\d{1,15}$/.test(word)) throw new Error(`expected a line number, got ${JSON.stringify(word.slice(0, 100))}.`);
  return Number(word);
}
