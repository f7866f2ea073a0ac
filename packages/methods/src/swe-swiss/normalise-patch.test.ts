import { createSnapshot, diffSnapshots, memoryBase, printPatch, withFiles } from '@swe-selfplay/artifact';
import { expect, test } from 'vitest';
import { normalisePatch } from './normalise-patch.js';

const CODE =
  'def half(n):\n    """Half of it."""\n    # rounds down\n    return n // 3\n\n\ndef twice(n):\n    return n * 2\n';
const task = createSnapshot(memoryBase({ 'a.py': CODE, 'notes.txt': 'one\n', 'b.py': 'x = 1\n' }));

async function patchOf(files: Readonly<Record<string, string | Uint8Array | null>>): Promise<Uint8Array> {
  const changes = Object.entries(files).map(([path, content]) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    return [path, bytes && { mode: '100644' as const, content: bytes }] as const;
  });
  return printPatch(await diffSnapshots(task, withFiles(task, changes)));
}

async function normalOf(files: Readonly<Record<string, string | Uint8Array | null>>): Promise<string> {
  const normalised = await normalisePatch(task, await patchOf(files));
  if (normalised.status === 'refused') throw new Error(normalised.reason);
  return normalised.text;
}

const FIX = CODE.replace('// 3', '// 2');

test('patches that differ in comments, docstrings and layout are equal', async () => {
  const dressed = FIX.replace('# rounds down', '# rounds down: 2')
    .replace('Half of it', 'Half')
    .replace('n * 2', 'n*2');
  expect(await normalOf({ 'a.py': dressed })).toBe(await normalOf({ 'a.py': FIX }));
  expect(await normalOf({ 'a.py': FIX })).toContain('-    return n // 3\n+    return n // 2\n');
});

test('a patch of nothing but comments is empty, as is one of nothing', async () => {
  expect(await normalOf({ 'a.py': CODE.replace('# rounds down', '# odd') })).toBe('');
  expect(await normalisePatch(task, new Uint8Array())).toEqual({ status: 'normalised', text: '' });
});

test.each([
  ['another value', { 'a.py': CODE.replace('// 3', '// 4') }],
  ['another place', { 'a.py': CODE.replace('n * 2', 'n * 2 // 2') }],
  ['more of it', { 'a.py': FIX, 'b.py': 'x = 2\n' }],
  ['a new file', { 'a.py': FIX, 'c.py': '' }],
  ['a deleted one', { 'a.py': FIX, 'b.py': null }],
  ['one that does not parse', { 'a.py': FIX.replace('return n *', 'return (n *') }],
  ['white space where no Python is', { 'a.py': FIX, 'notes.txt': 'one \n' }],
])('%s is another patch', async (_title, files) => {
  expect(await normalOf(files)).not.toBe(await normalOf({ 'a.py': FIX }));
});

test('a broken file is compared as it is', async () => {
  const broken = (comment: string) => normalOf({ 'b.py': `x = (1\n${comment}` });
  expect(await broken('# one\n')).toContain('-x = 1\n+x = (1\n+# one\n');
  expect(await broken('# one\n')).not.toBe(await broken('# two\n'));
});

test('of a patch that takes too long, files are compared as they are', async () => {
  const patch = await patchOf({ 'b.py': 'x = (2)  # two\n' });
  const text = async (timeoutMs: number) => {
    const normalised = await normalisePatch(task, patch, { timeoutMs });
    return normalised.status === 'normalised' ? normalised.text : normalised.reason;
  };
  expect(await text(60_000)).toContain('+x = ( 2 )\n');
  expect(await text(0)).toContain('+x = (2)  # two\n');
});

test('bytes that are no text do not become equal', async () => {
  const latin = await normalOf({ 'notes.txt': Uint8Array.of(0xe9, 10) });
  expect(latin).not.toBe(await normalOf({ 'notes.txt': Uint8Array.of(0xe8, 10) }));
  expect(latin).not.toBe(await normalOf({ 'notes.txt': 'é\n' }));
});

test('what does not parse or apply is refused', async () => {
  expect(await normalisePatch(task, Buffer.from('what?'))).toMatchObject({ status: 'refused' });
  const elsewhere = Buffer.from((await patchOf({ 'b.py': 'x = 2\n' })).slice())
    .toString()
    .replaceAll('b.py', 'a.py');
  expect(await normalisePatch(task, Buffer.from(elsewhere))).toMatchObject({ status: 'refused' });
});
