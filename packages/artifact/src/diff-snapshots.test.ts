import { expect, test } from 'vitest';
import { accepted, bytes, entriesOf, executable, link, snapshotOf } from '../test-support/patches.js';
import { applyPatch } from './apply-patch.js';
import { composePatches } from './compose-patches.js';
import { diffSnapshots } from './diff-snapshots.js';
import { touchedPaths } from './patch-paths.js';
import { printPatch } from './print-patch.js';
import { withFiles } from './snapshot.js';

const print = (patch: Parameters<typeof printPatch>[0]) => Buffer.from(printPatch(patch)).toString('latin1');

test('prints what git would, without index lines', async () => {
  const from = snapshotOf({ 'a b': '1\n2\n3\n4\n5\n6\n', gone: 'x', kept: '', run: 'r\n' });
  const to = withFiles(from, [
    ...entriesOf({ 'a b': '1\n2\n3\n4\nfive\n6\n', new: 'one\n', run: executable('r\n'), l: link('run') }),
    ['gone', null],
  ]);
  expect(print(await diffSnapshots(from, to))).toBe(
    [
      'diff --git a/a b b/a b',
      '--- a/a b\t',
      '+++ b/a b\t',
      '@@ -2,5 +2,5 @@',
      ' 2',
      ' 3',
      ' 4',
      '-5',
      '+five',
      ' 6',
      'diff --git a/gone b/gone',
      'deleted file mode 100644',
      '--- a/gone',
      '+++ /dev/null',
      '@@ -1 +0,0 @@',
      '-x',
      '\\ No newline at end of file',
      'diff --git a/l b/l',
      'new file mode 120000',
      '--- /dev/null',
      '+++ b/l',
      '@@ -0,0 +1 @@',
      '+run',
      '\\ No newline at end of file',
      'diff --git a/new b/new',
      'new file mode 100644',
      '--- /dev/null',
      '+++ b/new',
      '@@ -0,0 +1 @@',
      '+one',
      'diff --git a/run b/run',
      'old mode 100644',
      'new mode 100755',
      '',
    ].join('\n'),
  );
});

test('equal content moves as a rename only where that is asked for', async () => {
  const from = snapshotOf({ a: 'same\n', b: 'same\n', empty: '' });
  const moved = entriesOf({ c: 'same\n', 'd/a': executable('same\n'), blank: '' });
  const to = withFiles(from, [...moved, ...['a', 'b', 'empty'].map((path) => [path, null] as const)]);
  const kinds = async (renames: boolean) =>
    (await diffSnapshots(from, to, { renames })).files.map((file) => [file.kind, file.oldPath, file.newPath]);
  expect(await kinds(true)).toEqual([
    ['add', undefined, 'blank'],
    ['rename', 'a', 'c'],
    ['rename', 'b', 'd/a'],
    ['delete', 'empty', undefined],
  ]);
  expect((await kinds(false)).map(([kind]) => kind)).toEqual(['delete', 'delete', 'add', 'add', 'add', 'delete']);
});

test('a rewrite of many thousand lines is one exact hunk, made in moments', async () => {
  const lines = (seed: number) => Array.from({ length: 30_000 }, (_, at) => `${seed} ${at * seed}\n`).join('');
  const from = snapshotOf({ x: `head\nhead\nhead\nhead\n${lines(3)}tail\n` });
  const to = withFiles(from, entriesOf({ x: `head\nhead\nhead\nhead\n${lines(7)}tail\n` }));
  const started = performance.now();
  const patch = await diffSnapshots(from, to);
  expect(performance.now() - started).toBeLessThan(30_000);
  expect(patch.files[0]?.content).toMatchObject({ hunks: [{ oldStart: 2, oldLines: 30_004, newStart: 2 }] });
  expect(accepted(await applyPatch(from, patch)).snapshot.digest).toBe(to.digest);
});

test('snapshots of different bases cannot be compared', async () => {
  await expect(diffSnapshots(snapshotOf({ a: '' }), snapshotOf({ b: '' }))).rejects.toThrow(TypeError);
});

test('touched paths are those of both sides, each once', async () => {
  const from = snapshotOf({ b: 'same\n', a: '1\n', t: '1\n' });
  const to = withFiles(from, [...entriesOf({ z: 'same\n', a: '2\n', t: link('a') }), ['b', null]]);
  expect(touchedPaths(await diffSnapshots(from, to, { renames: true }))).toEqual(['a', 'b', 't', 'z']);
});

test('a composition says nothing of what is undone on the way', async () => {
  const from = snapshotOf({ a: '1\n', b: '1\n' });
  const first = withFiles(from, entriesOf({ a: '2\n', b: '2\n' }));
  const second = withFiles(first, [
    ['c', { mode: '100644', content: bytes('new') }],
    ['a', { mode: '100644', content: bytes('1\n') }],
  ]);
  const patches = [await diffSnapshots(from, first), await diffSnapshots(first, second)];
  const { patch } = accepted(await composePatches(from, patches));
  expect(touchedPaths(patch)).toEqual(['b', 'c']);
  expect(accepted(await applyPatch(from, patch)).snapshot.digest).toBe(second.digest);
  expect(await composePatches(from, [patches[1]!])).toMatchObject({ status: 'refused', code: 'content-mismatch' });
});
