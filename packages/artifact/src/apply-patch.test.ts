import { expect, test } from 'vitest';
import { accepted, bytes, contentsOf, executable, link, parsed, snapshotOf } from '../test-support/patches.js';
import { applyPatch, applyPatches } from './apply-patch.js';
import type { FilePatch, Patch } from './git-diff.js';
import { withFiles } from './snapshot.js';

const change = (path: string, ...hunks: string[]) =>
  parsed(`diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n${hunks.join('')}`);
const addition = (path: string, mode = '100644', content = '') =>
  `diff --git a/${path} b/${path}\nnew file mode ${mode}\n${content === '' ? '' : `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${content}\n`}`;
const linkTo = (path: string, target: string) => `${addition(path, '120000', target)}\\ No newline at end of file\n`;
const rename = (from: string, to: string) => `diff --git a/${from} b/${to}\nrename from ${from}\nrename to ${to}\n`;
const deletion = (path: string) => `diff --git a/${path} b/${path}\ndeleted file mode 100644\n`;

async function apply(files: Parameters<typeof snapshotOf>[0], patch: Patch | string) {
  return applyPatch(snapshotOf(files), typeof patch === 'string' ? parsed(patch) : patch);
}

const LETTERS = 'a\nb\nc\nd\ne\nf\n';

test('applies hunks at their stated lines', async () => {
  const patch = change('x', '@@ -1 +1,2 @@\n-a\n+A\n+AA\n', '@@ -4,0 +6 @@\n+new\n', '@@ -6 +7,0 @@\n-f\n');
  const application = accepted(await apply({ x: LETTERS }, patch));
  expect(await contentsOf(application.snapshot)).toEqual({ x: 'A\nAA\nb\nc\nd\nnew\ne\n' });
});

test.each([
  ['a line off', LETTERS, '@@ -3,2 +3,2 @@\n b\n-c\n+x\n'],
  ['beyond the end', LETTERS, '@@ -60,2 +60,2 @@\n b\n-c\n+x\n'],
  ['other context', LETTERS, '@@ -2,2 +2,2 @@\n B\n-c\n+x\n'],
  ['a context line without its space at the end', 'a \nb\n', '@@ -1,2 +1,2 @@\n a\n-b\n+x\n'],
  ['a patch with LF on CRLF content', 'a\r\nb\r\n', '@@ -1,2 +1,2 @@\n a\n-b\n+x\n'],
  ['a patch with CRLF on LF content', 'a\nb\n', '@@ -1,2 +1,2 @@\n a\r\n-b\r\n+x\r\n'],
  ['an insertion beyond the end', LETTERS, '@@ -7,0 +8 @@\n+x\n'],
  ['a newline that the file lacks', 'a\nb', '@@ -1,2 +1,2 @@\n a\n-b\n+x\n'],
  ['a missing newline that the file has', 'a\nb\n', '@@ -2 +2 @@\n-b\n\\ No newline at end of file\n+x\n'],
  ['a line without newline before others', LETTERS, '@@ -1 +1 @@\n-a\n+x\n\\ No newline at end of file\n'],
  ['lines behind one without newline', 'a\nb', '@@ -2,0 +3 @@\n+x\n'],
  ['a line marked last that is not', 'a\nb\nc\n', '@@ -1,2 +1,2 @@\n-a\n+x\n b\n\\ No newline at end of file\n'],
])('refuses %s', async (_name, content, hunk) => {
  expect(await apply({ x: content }, change('x', hunk))).toMatchObject({ code: 'content-mismatch', path: 'x' });
});

test.each([
  ['a change of a missing file', change('y', '@@ -1 +1 @@\n-a\n+b\n'), 'missing-file'],
  ['a deletion of a missing file', deletion('y'), 'missing-file'],
  ['a rename of a missing file', rename('y', 'z'), 'missing-file'],
  ['a new file that is there', addition('x'), 'file-exists'],
  ['a rename onto another file', rename('x', 'link'), 'file-exists'],
  ['a copy onto another file', 'diff --git a/x b/link\ncopy from x\ncopy to link\n', 'file-exists'],
  ['a deletion that leaves content', deletion('x'), 'content-mismatch'],
  [
    'a deletion of a part',
    'diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n',
    'content-mismatch',
  ],
  ['another mode', 'diff --git a/x b/x\nold mode 100755\nnew mode 100644\n', 'mode-mismatch'],
  ['another mode of a deleted file', 'diff --git a/run b/run\ndeleted file mode 100644\n', 'mode-mismatch'],
  ['a file below a file', addition('x/y'), 'file-exists'],
  ['a file in place of a directory', addition('dir'), 'file-exists'],
  ['a file below a link', addition('link/y'), 'unsafe-link'],
  ['a file below a link of the same patch', linkTo('l', 'dir') + addition('l/y'), 'unsafe-link'],
  ['an absolute link', linkTo('l', '/etc/passwd'), 'unsafe-link'],
  ['a link that leaves', linkTo('dir/l', '../../x'), 'unsafe-link'],
  ['a link into .git', linkTo('l', '.git/config'), 'unsafe-link'],
  ['a link that leaves where it is moved', rename('dir/up', 'up'), 'unsafe-link'],
  ['an alias by letter case', addition('X'), 'unsafe-path'],
  ['an alias below a file', addition('X/y'), 'unsafe-path'],
  ['an alias of a directory', addition('DIR'), 'unsafe-path'],
  ['an alias by normalisation', addition('e\u0301'.normalize('NFD')).replaceAll('\u0301', '\xcc\x81'), 'unsafe-path'],
  ['two new aliases', addition('new') + addition('NEW'), 'unsafe-path'],
])('refuses %s', async (_name, patch, code) => {
  const files = {
    x: 'a\nb\n',
    run: executable(''),
    'dir/y': '',
    link: link('dir'),
    'dir/up': link('../x'),
    '\u00e9': '',
  };
  expect(await apply(files, patch)).toMatchObject({ status: 'refused', code });
});

test('allows what only looks like a conflict', async () => {
  const files = { README: 'a', 'dir/y': 'b', link: link('dir') };
  const cases: [string, Record<string, string>][] = [
    [rename('README', 'readme'), { readme: 'a', 'dir/y': 'b', link: '120000 dir' }],
    [rename('dir/y', 'y') + addition('dir'), { README: 'a', y: 'b', dir: '', link: '120000 dir' }],
    [
      rename('README', 'README2') + addition('README/a'),
      { README2: 'a', 'README/a': '', 'dir/y': 'b', link: '120000 dir' },
    ],
    [rename('README', 'dir/y') + rename('dir/y', 'README'), { README: 'b', 'dir/y': 'a', link: '120000 dir' }],
    [addition('Dir/z'), { README: 'a', 'Dir/z': '', 'dir/y': 'b', link: '120000 dir' }],
  ];
  for (const [text, contents] of cases) {
    expect(await contentsOf(accepted(await apply(files, text)).snapshot)).toEqual(contents);
  }
});

test('reads every source from the tree before the patch, whatever the order', async () => {
  const copy = 'diff --git a/x b/copy\ncopy from x\ncopy to copy\n';
  const edit = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n';
  for (const text of [copy + edit, edit + copy]) {
    expect(await contentsOf(accepted(await apply({ x: 'a\n' }, text)).snapshot)).toEqual({ x: 'b\n', copy: 'a\n' });
  }
});

test('leaves its input alone and drops changes that cancel out', async () => {
  const from = snapshotOf({ x: 'a\n' });
  const there = change('x', '@@ -1 +1 @@\n-a\n+b\n');
  const back = change('x', '@@ -1 +1 @@\n-b\n+a\n');
  expect(accepted(await applyPatches(from, [there, back])).snapshot.digest).toBe(from.digest);
  expect(await contentsOf(from)).toEqual({ x: 'a\n' });
  expect(accepted(await applyPatch(from, { files: [] })).snapshot.digest).toBe(from.digest);
});

test('says which of several patches was refused', async () => {
  const there = change('x', '@@ -1 +1 @@\n-a\n+b\n');
  expect(await applyPatches(snapshotOf({ x: 'a\n' }), [there, there])).toMatchObject({
    status: 'refused',
    code: 'content-mismatch',
    reason: 'Patch 2 of 2: "x": Line 1 is not what the patch says it is.',
  });
});

test('binary content must be exactly what the patch says it replaces', async () => {
  const literal = (text: string) => ({ kind: 'literal' as const, data: bytes(text) });
  const file: FilePatch = {
    kind: 'modify',
    oldPath: 'x',
    newPath: 'x',
    oldMode: undefined,
    newMode: undefined,
    content: {
      kind: 'binary',
      forward: literal('\0new'),
      backward: literal('\0old'),
      oldId: undefined,
      newId: undefined,
    },
  };
  const unchecked: FilePatch = { ...file, content: { ...file.content, backward: undefined } as FilePatch['content'] };
  expect(await contentsOf(accepted(await apply({ x: '\0old' }, { files: [file] })).snapshot)).toEqual({ x: '\0new' });
  expect(await apply({ x: '\0other' }, { files: [file] })).toMatchObject({ code: 'content-mismatch' });
  expect(await apply({ x: '\0old' }, { files: [unchecked] })).toMatchObject({ code: 'content-mismatch' });
});

test('a patch made by hand cannot leave the repository', async () => {
  const file = parsed(addition('x')).files[0]!;
  for (const newPath of ['../x', '/x', '.git/config', 'a/../../x']) {
    expect(await apply({}, { files: [{ ...file, newPath }] })).toMatchObject({ code: 'unsafe-path' });
  }
  expect(await apply({}, { files: [file, file] })).toMatchObject({ code: 'duplicate-path' });
});

test('copies cannot fill the disk', async () => {
  const copies = Array.from({ length: 300 }, (_, at) => `diff --git a/x b/${at}\ncopy from x\ncopy to ${at}\n`);
  const large = { mode: '100644' as const, content: new Uint8Array(1024 * 1024) };
  expect(await apply({ x: large }, copies.join(''))).toMatchObject({ status: 'refused', code: 'too-large' });
});

test('a delta cannot build more than the limit', async () => {
  const size = [0x80, 0x80, 0x80, 0x80, 0x01];
  const data = Uint8Array.from([4, ...size, ...Array.from({ length: 10_000 }, () => [0x90, 4]).flat()]);
  const file: FilePatch = {
    kind: 'modify',
    oldPath: 'x',
    newPath: 'x',
    oldMode: undefined,
    newMode: undefined,
    content: {
      kind: 'binary',
      forward: { kind: 'delta', data },
      backward: undefined,
      oldId: undefined,
      newId: undefined,
    },
  };
  expect(await apply({ x: 'abcd' }, { files: [file] })).toMatchObject({ code: 'content-mismatch' });
});

test('aliases are looked for among changed files as well', async () => {
  const from = withFiles(snapshotOf({ Old: '1' }), [
    ['Old', null],
    ['Fresh', { mode: '100644', content: bytes('') }],
  ]);
  expect((await applyPatch(from, parsed(addition('old')))).status).toBe('applied');
  expect(await applyPatch(from, parsed(addition('fresh')))).toMatchObject({ code: 'unsafe-path' });
});
