import { setImmediate as nextTurn } from 'node:timers/promises';
import { isTestPath } from '@swe-selfplay/python';
import { type Bm25Document, bm25Document, scoreBm25, tokensOf } from './bm25.js';
import { type CodeChunk, codeChunksOf } from './code-chunks.js';
import type { SearchBounds } from './find-entities.js';
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

export interface RankedSearch {
  readonly chunks: readonly RankedChunk[];
  /** There was no time, or there was too much, to look at all files. */
  readonly isLate: boolean;
}

/** Characters of source between two turns of the event loop. */
const STRIDE = 500_000;
/** More definitions than libraries have; each takes memory while a query is answered. */
const MAX_CHUNKS = 200_000;
const MAX_LINES_COMPARED = 10_000;

/**
 * The `count` chunks of highest BM25 among those of files that are no tests, best first, equal ones by path and line. Empty
 * where nothing has a token of the query. What was not looked at by the deadline, or when the signal came, has no rank.
 */
export async function findChunks(
  files: ReadonlyMap<string, SourceFile>,
  text: string,
  count: number,
  { deadline, signal }: Pick<SearchBounds, 'deadline' | 'signal'>,
): Promise<RankedSearch> {
  const query = [...new Set(tokensOf(text))];
  if (query.length === 0) return { chunks: [], isLate: false };
  const places: (Pick<CodeChunk, 'startLine' | 'endLine'> & { readonly path: string })[] = [];
  const documents: Bm25Document[] = [];
  let [sinceTurn, isLate] = [0, false];
  for (const [path, file] of files) {
    if (isTestPath(path)) continue;
    isLate = signal.aborted || performance.now() > deadline || places.length >= MAX_CHUNKS;
    if (isLate) break;
    for (const { startLine, endLine, text: chunk } of codeChunksOf(linesOf(file.text))) {
      places.push({ path, startLine, endLine });
      documents.push(bm25Document(chunk, query));
    }
    sinceTurn += file.text.length;
    if (sinceTurn < STRIDE) continue;
    await nextTurn();
    sinceTurn = 0;
  }
  const chunks = scoreBm25(documents)
    .map((score, index) => ({ score, index }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, count)
    .map(({ score, index }) => {
      const place = places[index]!;
      return { ...place, score, bestLine: bestLineOf(files.get(place.path)!, place, query) };
    });
  return { chunks, isLate };
}

function bestLineOf(
  file: SourceFile,
  { startLine, endLine }: Pick<CodeChunk, 'startLine' | 'endLine'>,
  query: readonly string[],
): number {
  const lines = linesOf(file.text).slice(startLine - 1, Math.min(endLine, startLine - 1 + MAX_LINES_COMPARED));
  const held = lines.map((line) => bm25Document(line, query).counts.filter((count) => count > 0).length);
  return startLine + held.indexOf(Math.max(...held));
}
