import { expect, test } from 'vitest';
import { judgeHits } from './judge-hits.js';
import type { RemovedText } from './removed-text.js';
import type { LeakHit } from './search-workspace.js';

const LONG = 'total = sum(price * count for price, count in basket.lines)';
const SHORT = 'share = basket.total(rate)';
const squeezed = (line: string) => line.replaceAll(' ', '');

const removed: RemovedText = {
  path: 'src/shop/basket.py',
  blobId: '0'.repeat(40),
  lines: [LONG, SHORT, 'count += 1'].map(squeezed),
  shown: [LONG, SHORT, 'count += 1'],
  strong: [0, 1],
  windows: ['a\nb\nc', 'd\ne\nf'],
  shownWindows: ['a\nb\nc', 'd\ne\nf'],
  strongWindows: new Set([0]),
  all: Array.from({ length: 30 }, (_, index) => `a line of the file ${index}`),
  original: undefined,
  known: [],
};

function judge(...hits: (Partial<LeakHit> & { readonly path: string })[]) {
  const places = { workdir: '/workspace', removed: [removed], keptPaths: new Set(['src/shop/basket.py']) };
  return judgeHits(
    hits.map((hit) => ({ within: [], file: 0, lines: [], windows: [], kinship: 0.1, ...hit })),
    places,
  ).map(({ path, kind, isLeak, scrubbing }) => [path, kind, isLeak, scrubbing]);
}

test.each<[string, Partial<LeakHit> & { readonly path: string }, unknown]>([
  ['a long line in a document', { path: '/workspace/docs/a.md', lines: [0] }, ['text', true, 'none']],
  ['a shorter one alone', { path: '/workspace/docs/a.md', lines: [1] }, undefined],
  ['both', { path: '/workspace/docs/a.md', lines: [0, 1] }, ['text', true, 'none']],
  ['a shorter one in a backup', { path: '/workspace/src/a.py.orig', lines: [1] }, ['text', true, 'deleted']],
  [
    'a shorter one in the changed file',
    { path: '/workspace/src/shop/basket.py', lines: [1], kinship: 1 },
    ['text', true, 'none'],
  ],
  ['a usual one in the changed file', { path: '/workspace/src/shop/basket.py', lines: [2], kinship: 1 }, undefined],
  ['a usual one in a copy', { path: '/workspace/lib/copy.py', lines: [2], kinship: 0.4 }, ['text', true, 'none']],
  ['telling lines in a row', { path: '/workspace/lib/b.py', windows: [0] }, ['text', true, 'none']],
  ['usual lines in a row', { path: '/workspace/lib/b.py', windows: [1] }, undefined],
  ['a copy without removed lines', { path: '/workspace/lib/copy.py', kinship: 0.9 }, undefined],
  [
    'an installed one',
    { path: '/opt/site-packages/shop/basket.py', kinship: 0.9 },
    ['installed-copy', false, 'hidden'],
  ],
  ['a member of an archive', { path: '/workspace/a.zip', within: ['b.py'], lines: [0] }, ['archive', true, 'deleted']],
  [
    'an object of git',
    { path: '/workspace/a/objects', within: [`blob ${'a'.repeat(40)}`], lines: [0] },
    ['git-object', true, 'deleted'],
  ],
])('%s', (_, hit, expected) => {
  expect(judge(hit)).toEqual(expected === undefined ? [] : [[hit.path, ...(expected as unknown[])]]);
});

test('what many unrelated files hold tells nothing, and what copies hold does not make it common', () => {
  const holding = (count: number, kinship: number) =>
    Array.from({ length: count }, (_, index) => ({ path: `/usr/lib/${index}.py`, lines: [0], kinship }));
  expect(judge(...holding(4, 0.1))).toHaveLength(4);
  expect(judge(...holding(5, 0.1))).toHaveLength(0);
  expect(judge(...holding(5, 0.5))).toHaveLength(5);
});

test('a share of a few lines makes no copy, and a line of every program is no evidence in one', () => {
  const small = { ...removed, all: removed.all.slice(0, 20) };
  const places = { workdir: '/workspace', removed: [small], keptPaths: new Set<string>() };
  const hit = { path: '/workspace/a.py', within: [], file: 0, lines: [2], windows: [], kinship: 0.35 };
  expect(judgeHits([hit], places)).toEqual([]);
  expect(judgeHits([{ ...hit, kinship: 0.45 }], places)).toHaveLength(1);
  const common = { ...small, lines: [...small.lines.slice(0, 2), 'try:'] };
  expect(judgeHits([{ ...hit, kinship: 0.45 }], { ...places, removed: [common] })).toEqual([]);
});

test('bytecode that cannot be compared is what its source says', () => {
  const bytecode = { path: '/opt/site-packages/shop/__pycache__/basket.cpython-39.pyc', version: true };
  expect(judge(bytecode)).toHaveLength(1);
  const source = { path: '/opt/site-packages/shop/basket.py', kinship: 0.6 };
  expect(judge(bytecode, source)).toEqual([[source.path, 'installed-copy', false, 'hidden']]);
});
