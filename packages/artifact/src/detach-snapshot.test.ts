import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryBase } from './bases/memory.js';
import { detachSnapshot, layersOf } from './detach-snapshot.js';
import { createSnapshot, type FileEntry, listPaths, readFile, withFiles } from './snapshot.js';

const text = (content: string): FileEntry => ({ mode: '100644', content: Buffer.from(content) });
const original = createSnapshot(memoryBase({ 'a.py': 'original text', 'b.py': 'b', 'gone.py': 'deleted text' }));
const buggy = withFiles(original, [
  ['a.py', text('buggy')],
  ['gone.py', null],
  ['new.py', text('new')],
]);

test('a detached snapshot is the same tree on a base of its own', async () => {
  const detached = detachSnapshot(buggy);
  expect(detached.changes.size).toBe(0);
  expect(detached.base.digest).toBe(memoryBase({ 'a.py': 'buggy', 'b.py': 'b', 'new.py': 'new' }).digest);
  expect(listPaths(detached)).toEqual(['a.py', 'b.py', 'new.py']);
  const files: string[] = [];
  for await (const { path, mode, content } of detached.base.readAll())
    files.push(`${path} ${mode} ${Buffer.from(content)}`);
  expect(files).toEqual(['a.py 100644 buggy', 'b.py 100644 b', 'new.py 100644 new']);
});

test('the original text cannot be reached through a detached snapshot', async () => {
  const detached = detachSnapshot(buggy);
  expect(await readFile(detached, 'gone.py')).toBeUndefined();
  await expect(detached.base.read('gone.py')).rejects.toThrow('no file');
  const held = inspect(detached, { depth: Infinity, showHidden: true });
  expect(held).toContain('new.py');
  for (const secret of [...original.base.entries.values()].filter(
    ({ blobId }) => blobId !== original.base.entries.get('b.py')?.blobId,
  )) {
    expect(held).not.toContain(secret.blobId);
  }
  expect(held).not.toContain('gone.py');
  expect(held).not.toContain(original.base.digest);
});

test('layers of a detached snapshot are the snapshot it was made of', () => {
  expect(layersOf(detachSnapshot(buggy)).digest).toBe(buggy.digest);
  expect(layersOf(detachSnapshot(buggy)).base).toBe(original.base);
});

test('layers of changes to a detached snapshot share the digest of the same changes to the snapshot', () => {
  const fix = [
    ['a.py', text('original text')],
    ['new.py', null],
    ['gone.py', text('deleted text')],
  ] as const;
  expect(layersOf(withFiles(detachSnapshot(buggy), fix)).digest).toBe(original.digest);
  expect(layersOf(withFiles(detachSnapshot(buggy), fix.slice(0, 1))).digest).toBe(
    withFiles(buggy, fix.slice(0, 1)).digest,
  );
});

test('a snapshot detached twice stands on the first base', () => {
  const again = detachSnapshot(withFiles(detachSnapshot(buggy), [['b.py', text('c')]]));
  expect(layersOf(again).base).toBe(original.base);
  expect(layersOf(again).digest).toBe(withFiles(buggy, [['b.py', text('c')]]).digest);
});

test('layers of any other snapshot are itself', () => {
  expect(layersOf(buggy)).toBe(buggy);
});

test('whatever changes before and after, layers give the digest of the same changes without detaching', () => {
  const entry = fc.option(fc.constantFrom('original text', 'b', 'other').map(text), { nil: null });
  const changes = fc.array(fc.tuple(fc.constantFrom('a.py', 'b.py', 'gone.py', 'new.py'), entry));
  fc.assert(
    fc.property(changes, changes, (before, after) => {
      const plain = withFiles(original, before);
      const detached = withFiles(detachSnapshot(plain), after);
      expect(layersOf(detached).digest).toBe(withFiles(plain, after).digest);
      expect(detachSnapshot(detached).base.digest).toBe(detachSnapshot(withFiles(plain, after)).base.digest);
    }),
  );
});
