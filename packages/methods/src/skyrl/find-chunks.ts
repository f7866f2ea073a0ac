import { setImmediate as nextTurn } from 'node:timers/promises';
import { isTestPath } from '@swe-selfplay/python';
import { type Bm25Document, bm25Document, scoreBm25, tokensOf } from './bm25.js';
import { type CodeChunk, codeChunksOf } from './code-chunks.js';
import { linesOf, type SourceFile } from './source-file.js';

/** A chunk that has to do with a query. */
export interface RankedChunk {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  /** The line of it that holds most different tokens of the query. */
  readonly bestLine: number;
  readonly score: number;
}

/** Characters of source between two turns of the event loop. */
const STRIDE = 500_000;

/**
 * The `count` chunks of highest BM25 among those of files that are no tests, best first, equal ones by path and line. Empty
 * where nothing has a token of the query.
 */
export async function findChunks(
  files: ReadonlyMap<string, SourceFile>,
  text: string,
  count: number,
): Promise<RankedChunk[]> {
  const query = [...new Set(tokensOf(text))];
  if (query.length === 0) return [];
  const places: (Pick<CodeChunk, 'startLine' | 'endLine'> & { readonly path: string })[] = [];
  const documents: Bm25Document[] = [];
  let sinceTurn = 0;
  for (const [path, file] of files) {
    if (isTestPath(path)) continue;
    for (const { startLine, endLine, text: chunk } of codeChunksOf(linesOf(file.text))) {
      places.push({ path, startLine, endLine });
      documents.push(bm25Document(chunk, query));
    }
    sinceTurn += file.text.length;
    if (sinceTurn < STRIDE) continue;
    await nextTurn();
    sinceTurn = 0;
  }
  return scoreBm25(documents)
    .map((score, index) => ({ score, index }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, count)
    .map(({ score, index }) => {
      const place = places[index]!;
      return { ...place, score, bestLine: bestLineOf(files.get(place.path)!, place, query) };
    });
}

function bestLineOf(
  file: SourceFile,
  { startLine, endLine }: Pick<CodeChunk, 'startLine' | 'endLine'>,
  query: readonly string[],
): number {
  const lines = linesOf(file.text).slice(startLine - 1, endLine);
  const held = lines.map((line) => bm25Document(line, query).counts.filter((count) => count > 0).length);
  return startLine + held.indexOf(Math.max(...held.slice(0, 10_000)));
}
