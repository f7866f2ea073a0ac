import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryBase } from './bases/memory.js';
import {
  changedPaths,
  createSnapshot,
  type FileEntry,
  listPaths,
  modeOf,
  readFile,
  restoreFiles,
  type Snapshot,
  withFiles,
} from './snapshot.js';

const text = (content: string, mode: FileEntry['mode'] = '100644'): FileEntry => ({
  mode,
  content: Buffer.from(content),
});

const base = memoryBase({ a: 'one', 'd/b': 'two', 'd/e/c': text('three', '100755'), link: text('a', '120000') });
const original = createSnapshot(base);

async function contents(snapshot: Snapshot): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of listPaths(snapshot)) {
    const entry = (await readFile(snapshot, path))!;
    found[path] = `${entry.mode} ${Buffer.from(entry.content)}`;
  }
  return found;
}

/** Files at the top and in directories of their own, so that no path is both a file and a directory. */
const somePath = fc.constantFrom('a', 'd/b', 'd/e/c', 'link', 'new', 'x/y');
const someEntry = fc.option(
  fc.record({
    mode: fc.constantFrom<FileEntry['mode']>('100644', '100755', '120000'),
    content: fc.constantFrom('', 'one', 'two', 'three', 'a').map((content) => new TextEncoder().encode(content)),
  }),
  { nil: null },
);
const someChanges = fc.array(fc.tuple(somePath, someEntry), { maxLength: 8 });

describe('createSnapshot', () => {
  test('drops changes that say what the base says', () => {
    const snapshot = createSnapshot(base, [
      ['a', text('one')],
      ['absent', null],
      ['d/b', text('2')],
      ['d/b', text('two')],
    ]);
    expect(snapshot.changes.size).toBe(0);
    expect(snapshot.digest).toBe(original.digest);
  });

  test('tells a change of mode alone from no change', () => {
    const snapshot = withFiles(original, [['a', text('one', '100755')]]);
    expect(snapshot.digest).not.toBe(original.digest);
    expect(modeOf(snapshot, 'a')).toBe('100755');
  });

  test.each(['', '/a', '../a', 'd/../a', './a', 'd//b', 'd/', '.git/config', 'd/.GIT/x', 'a\0b', 'a\ud800'])(
    'refuses the path %j',
    (path) => {
      expect(() => withFiles(original, [[path, text('x')]])).toThrow(TypeError);
    },
  );

  test('equal states have equal digests, by whatever route, and different states different ones', async () => {
    await fc.assert(
      fc.asyncProperty(someChanges, someChanges, async (first, second) => {
        const left = withFiles(withFiles(original, first), second);
        const right = createSnapshot(base, [...new Map([...first, ...second])].reverse());
        expect(right.digest).toBe(left.digest);
        const one = withFiles(original, first);
        const two = withFiles(original, second);
        expect(one.digest === two.digest).toBe(
          JSON.stringify(await contents(one)) === JSON.stringify(await contents(two)),
        );
      }),
    );
  });
});

describe('changedPaths', () => {
  test('is empty exactly for equal digests, does not depend on the direction and names what differs', async () => {
    await fc.assert(
      fc.asyncProperty(someChanges, someChanges, async (first, second) => {
        const one = withFiles(original, first);
        const two = withFiles(original, second);
        const paths = changedPaths(one, two);
        expect(changedPaths(two, one)).toEqual(paths);
        expect(paths.length === 0).toBe(one.digest === two.digest);
        const left = await contents(one);
        const right = await contents(two);
        const all = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
        expect(paths).toEqual(all.filter((path) => left[path] !== right[path]));
      }),
    );
  });

  test('refuses snapshots of two bases', () => {
    expect(() => changedPaths(original, createSnapshot(memoryBase({ a: 'other' })))).toThrow(TypeError);
  });

  test('compares snapshots of equal bases that were read separately', () => {
    expect(changedPaths(createSnapshot(memoryBase({ a: '1' })), createSnapshot(memoryBase({ a: '1' })))).toEqual([]);
  });
});

describe('restoreFiles', () => {
  test('makes the paths what they are in the source and leaves the others', async () => {
    await fc.assert(
      fc.asyncProperty(someChanges, someChanges, fc.uniqueArray(somePath), async (first, second, paths) => {
        const snapshot = withFiles(original, first);
        const source = withFiles(original, second);
        const restored = await contents(restoreFiles(snapshot, source, paths));
        const before = await contents(snapshot);
        const wanted = await contents(source);
        for (const path of new Set([...Object.keys(before), ...Object.keys(wanted), ...paths])) {
          expect(restored[path]).toBe((paths as string[]).includes(path) ? wanted[path] : before[path]);
        }
      }),
    );
  });

  test('restoring every changed path gives the source', () => {
    fc.assert(
      fc.property(someChanges, someChanges, (first, second) => {
        const snapshot = withFiles(original, first);
        const source = withFiles(original, second);
        expect(restoreFiles(snapshot, source, changedPaths(snapshot, source)).digest).toBe(source.digest);
      }),
    );
  });

  test('brings a file back that a patch turned into a directory', async () => {
    const patched = withFiles(original, [
      ['d/b', null],
      ['d/b/deep/x', text('x')],
      ['kept', text('k')],
    ]);
    const restored = restoreFiles(patched, original, ['d/b']);
    expect(listPaths(restored)).toEqual(['a', 'd/b', 'd/e/c', 'kept', 'link']);
  });

  test('brings a file back whose directory a patch turned into a file', () => {
    const patched = withFiles(original, [
      ['d/b', null],
      ['d/e/c', null],
      ['d', text('not a directory', '120000')],
    ]);
    expect(listPaths(restoreFiles(patched, original, ['d/e/c']))).toEqual(['a', 'd/e/c', 'link']);
  });

  test('brings a file of the source back over a directory of the base', () => {
    const source = withFiles(original, [
      ['d/b', null],
      ['d/e/c', null],
      ['d', text('x')],
    ]);
    expect(restoreFiles(original, source, ['d']).digest).toBe(source.digest);
  });

  test('restoring an absent path deletes it and nothing else', () => {
    const patched = withFiles(original, [['pytest.py', text('x')]]);
    expect(restoreFiles(patched, original, ['pytest.py', 'nowhere']).digest).toBe(original.digest);
  });
});

describe('readFile and modeOf', () => {
  test('know nothing of absent and of deleted files', async () => {
    const snapshot = withFiles(original, [['a', null]]);
    for (const path of ['a', 'nowhere', 'd', '__proto__']) {
      expect(await readFile(snapshot, path)).toBeUndefined();
      expect(modeOf(snapshot, path)).toBeUndefined();
    }
  });
});
