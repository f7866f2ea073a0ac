/** A text as BM25 sees it. */
export interface Bm25Document {
  /** Number of all its tokens. */
  readonly length: number;
  /** How often each token of the query is in it, in the order of the query. */
  readonly counts: readonly number[];
}

export interface Bm25Options {
  /** How soon a repeated token counts no more, from 0 up. Default 1.5. */
  readonly k1?: number;
  /** How much long texts are discounted, 0..1. Default 0.75. */
  readonly b?: number;
}

const WORD = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lo}+|\p{N}+/gu;

/**
 * The tokens of code or of a question about it, in lower case: words, taken apart at underscores and where the case or the
 * kind of character changes; `parseHTTPHeader_2` gives parse, http, header and 2.
 */
export function tokensOf(text: string): string[] {
  return (text.match(WORD) ?? []).map((word) => word.toLowerCase());
}

/** The document of a text for a query of distinct tokens. */
export function bm25Document(text: string, query: readonly string[]): Bm25Document {
  const counts = new Map(query.map((token) => [token, 0]));
  const tokens = tokensOf(text);
  for (const token of tokens) {
    const count = counts.get(token);
    if (count !== undefined) counts.set(token, count + 1);
  }
  return { length: tokens.length, counts: [...counts.values()] };
}

/**
 * Okapi BM25 of each document, in their order; 0 where no token of the query is in it. With N documents, n of which hold a
 * token, f occurrences of it in a document of length L, and the mean length M:
 * sum over tokens of ln(1 + (N - n + 0.5)/(n + 0.5)) * f (k1 + 1) / (f + k1 (1 - b + b L/M)).
 * The source uses rank_bm25's BM25Okapi, k1 1.5 and b 0.75 too, whose ln((N - n + 0.5)/(n + 0.5)) is below 0 for frequent
 * tokens and then replaced by a floor; the 1 + of Lucene, chosen here, needs none.
 */
export function scoreBm25(documents: readonly Bm25Document[], options: Bm25Options = {}): number[] {
  const { k1 = 1.5, b = 0.75 } = options;
  const meanLength = documents.reduce((sum, { length }) => sum + length, 0) / documents.length;
  const weights = (documents[0]?.counts ?? []).map((_, token) => {
    const holding = documents.filter(({ counts }) => counts[token]! > 0).length;
    return Math.log(1 + (documents.length - holding + 0.5) / (holding + 0.5));
  });
  return documents.map(({ length, counts }) =>
    counts.reduce((score, count, token) => {
      if (count === 0) return score;
      const saturation = count + k1 * (1 - b + (b * length) / meanLength);
      return score + (weights[token]! * count * (k1 + 1)) / saturation;
    }, 0),
  );
}
