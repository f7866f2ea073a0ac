import { expect, test } from 'vitest';
import { bm25Document, scoreBm25, tokensOf } from './bm25.js';
import { codeChunksOf } from './code-chunks.js';
import { findChunks } from './find-chunks.js';
import { createSourceStore } from './source-file.js';

test('takes words apart at underscores, changes of case and digits', () => {
  expect(tokensOf('self.parseHTTPHeader_2(x, snake_case, ÉtéÄB)')).toEqual([
    'self',
    'parse',
    'http',
    'header',
    '2',
    'x',
    'snake',
    'case',
    'été',
    'äb',
  ]);
});

test('scores as computed by hand', () => {
  // Lengths 4, 2, 3, mean 3; "a" is in two of three, "b" in one.
  const documents = ['a a b c', 'a d', 'd e f'].map((text) => bm25Document(text, ['a', 'b']));
  const a = Math.log(1 + 1.5 / 2.5);
  const b = Math.log(1 + 2.5 / 1.5);
  const scores = scoreBm25(documents);
  expect(scores[0]).toBeCloseTo((a * 2 * 2.5) / (2 + 1.5 * 1.25) + (b * 2.5) / (1 + 1.5 * 1.25), 12);
  expect(scores[1]).toBeCloseTo((a * 2.5) / (1 + 1.5 * 0.75), 12);
  expect(scores[2]).toBe(0);
  expect(scoreBm25(documents, { b: 0 })[1]).toBeCloseTo(a, 12);
  expect(scoreBm25([])).toEqual([]);
});

test('ranks nothing after a deadline or a signal, and says so', async () => {
  const files = new Map([['a.py', createSourceStore(1000).fileOf(Buffer.from('def parse_header(): pass\n'))]]);
  const late = { chunks: [], isLate: true };
  const { signal } = new AbortController();
  expect(await findChunks(files, 'header', 3, { deadline: 0, signal })).toEqual(late);
  const far = Number.POSITIVE_INFINITY;
  expect(await findChunks(files, 'header', 3, { deadline: far, signal: AbortSignal.abort() })).toEqual(late);
  const { chunks, isLate } = await findChunks(files, 'header', 3, { deadline: far, signal });
  expect(chunks).toMatchObject([{ path: 'a.py', bestLine: 1 }]);
  expect(isLate).toBe(false);
});

test('cuts a file into chunks that begin with definitions and hold every line once', () => {
  const lines = [
    'import os',
    '',
    '# of f',
    '@decorated',
    'def f():',
    '    pass',
    'class C:',
    '    async def g(self):',
    '        pass',
  ];
  const chunks = codeChunksOf(lines);
  expect(chunks.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
    [1, 2],
    [3, 6],
    [7, 7],
    [8, 9],
  ]);
  expect(chunks.map(({ text }) => text).join('\n')).toBe(lines.join('\n'));
  expect(codeChunksOf([])).toEqual([]);
});
