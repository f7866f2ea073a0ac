const TOKEN = /[\p{L}_][\p{L}\p{N}_]*|\d[\w.]*|"[^"\n]*"|'[^'\n]*'|\S/gu;

/** A piece of code as tokens, roughly; comments count as words. */
export function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

/** Dice's coefficient over the multisets of tokens: 0 where they share none, 1 where they are equal but for order. */
export function similarity(a: readonly string[], b: readonly string[]): number {
  if (a.length + b.length === 0) return 0;
  const counts = new Map<string, number>();
  for (const token of a) counts.set(token, (counts.get(token) ?? 0) + 1);
  let shared = 0;
  for (const token of b) {
    const count = counts.get(token) ?? 0;
    if (count === 0) continue;
    counts.set(token, count - 1);
    shared += 1;
  }
  return (2 * shared) / (a.length + b.length);
}

const IDENTIFIER = /(?<![\p{L}\p{N}_])[\p{L}_][\p{L}\p{N}_]*/gu;

/** Every identifier-like word of a text, keywords included. */
export function wordsOf(text: string): Set<string> {
  return new Set(text.match(IDENTIFIER) ?? []);
}

/** Words of a piece of code that must mean something where it is put: attributes, keyword arguments and strings left out. */
export function freeWords(text: string): Set<string> {
  const code = text.replace(/"[^"\n]*"|'[^'\n]*'/g, '""').replace(/\.\s*[\p{L}_][\p{L}\p{N}_]*/gu, '');
  return wordsOf(code);
}

/** The text with whole words replaced. */
export function renameWords(text: string, names: ReadonlyMap<string, string>): string {
  return text.replace(IDENTIFIER, (word, offset: number) =>
    text[offset - 1] === '.' ? word : (names.get(word) ?? word),
  );
}
