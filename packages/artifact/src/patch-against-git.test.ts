import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGitTrees, type GitTrees } from '../test-support/git-trees.js';
import {
  accepted,
  bytes,
  entriesOf,
  executable,
  link,
  parsed,
  snapshotOf,
  snapshots,
} from '../test-support/patches.js';
import { applyPatch } from './apply-patch.js';
import { diffSnapshots } from './diff-snapshots.js';
import type { FilePatch, Patch } from './git-diff.js';
import { printPatch } from './print-patch.js';
import { reversePatch, reversePatchOn } from './reverse-patch.js';
import { type FileEntry, listPaths, modeOf, type Snapshot, withFiles } from './snapshot.js';

type Files = Readonly<Record<string, string | FileEntry>>;
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `line ${from + at}\n`).join('');
const noise = (seed: number, length: number) =>
  Array.from({ length }, (_, at) => String.fromCharCode(((at + seed) * 7919 * (at + 3)) % 256)).join('');
const long = numbers(0, 500);
const other = numbers(9000, 9600);

const CASES: Readonly<Record<string, readonly [Files, Files]>> = {
  'a new file': [{ a: '1\n' }, { a: '1\n', b: '2\n' }],
  'a new executable file': [{}, { run: executable('#!/bin/sh\n') }],
  'a new empty file': [{}, { empty: '' }],
  'a deleted file': [{ a: '1\n2\n', b: '2\n' }, { b: '2\n' }],
  'a deleted empty file': [{ empty: '', b: '2\n' }, { b: '2\n' }],
  'a deleted executable': [{ run: executable('x\n') }, {}],
  'the last line of a file gone': [{ a: '1\n' }, { a: '' }],
  'a first line in an empty file': [{ a: '' }, { a: '1\n' }],
  'changes far apart': [{ a: long }, { a: long.replace('line 9\n', '').replace('line 300\n', 'x\ny\n') }],
  'changes at both ends': [{ a: long }, { a: `first\n${long.slice(7)}last\n` }],
  'a mode only': [{ a: '1\n' }, { a: executable('1\n') }],
  'a mode and content': [{ a: executable(long) }, { a: `${long}x\n` }],
  'a rename': [{ a: long }, { b: long }],
  'a rename into a directory, with changes': [{ a: long }, { 'dir/b': long.replace('line 50', 'row 50') }],
  'a rename with a new mode': [{ a: long }, { b: executable(long) }],
  'a rename of letter case': [{ README: long }, { readme: long }],
  'two files that trade places': [
    { a: long, b: other },
    { a: other, b: long },
  ],
  'a chain of renames': [
    { a: long, b: other },
    { b: long, c: other },
  ],
  'a file moved away and replaced': [{ a: long }, { a: other, b: long }],
  'a file moved to two places': [{ a: long }, { b: long, c: long }],
  'a copy': [{ a: long }, { a: `${long}x\n`, b: long.replace('line 7\n', '') }],
  'a new link': [{ a: '1\n' }, { a: '1\n', l: link('a') }],
  'a link to elsewhere': [{ 'd/l': link('../a') }, { 'd/l': link('../b') }],
  'a deleted link': [{ l: link('a') }, {}],
  'a renamed link': [{ l: link('some/target') }, { m: link('some/target') }],
  'a file that becomes a link': [{ a: '1\n' }, { a: link('b') }],
  'a link that becomes a file': [{ a: link('b') }, { a: executable('1\n') }],
  'a file that becomes a directory': [{ a: '1\n' }, { 'a/b': '1\n', 'a/c': '2\n' }],
  'a directory that becomes a file': [{ 'a/b': '1\n', 'a/c': '2\n' }, { a: '1\n' }],
  'a file moved below its own name': [{ a: long }, { 'a/b': long }],
  'a newline at the end gone': [{ a: '1\n2\n' }, { a: '1\n2' }],
  'a newline at the end added': [{ a: '1\n2' }, { a: '1\n2\n' }],
  'no newline on either side': [{ a: '1\n2' }, { a: '1\n3' }],
  'no newline in the context': [{ a: '1\n2\n3' }, { a: '0\n2\n3' }],
  'a new file without a newline': [{}, { a: 'x' }],
  'CRLF content': [{ a: 'one\r\ntwo\r\n' }, { a: 'one\r\n2\r\n' }],
  'CRLF to LF': [{ a: 'one\r\ntwo\r\n' }, { a: 'one\ntwo\r\n' }],
  'lone carriage returns': [{ a: 'a\rb\nc\r' }, { a: 'a\rb\rc\nc\r' }],
  'form feeds and line separators': [{ a: '\f\v\x85\xe2\x80\xa8x\ny\n' }, { a: '\f\v\x85\xe2\x80\xa8z\ny\n' }],
  'a byte order mark and bytes that are not UTF-8': [
    { a: '\xef\xbb\xbfx\n\xff\xfe\n' },
    { a: '\xef\xbb\xbfy\n\xff\xfe\n' },
  ],
  'lines that look like headers': [
    { a: '-- a/x\n++ b/x\n@@ -1 +1 @@\ndiff --git a/x b/x\n' },
    { a: '++ b/x\n-- a/x\n@@ -1 +1 @@\ndiff --git a/x b/x\n-- \n' },
  ],
  'lines that look like the missing newline': [
    { a: '\\ No newline at end of file\n' },
    { a: 'x\\ No newline at end of file' },
  ],
  'empty lines': [{ a: '\n\n\nx\n\n' }, { a: '\n\n\ny\n\n' }],
  'a very long line': [{ a: `${'x'.repeat(1_000_000)}\n` }, { a: `${'x'.repeat(1_000_000)}y\n` }],
  'a large rewrite': [{ a: numbers(0, 3000) }, { a: numbers(5000, 9000) }],
  'names with spaces': [
    { 'two words': '1\n', 'a b/c d': '' },
    { 'two words': '2\n', 'a b/c d': executable('') },
  ],
  'a name that ends with a space': [{ 'end ': '1\n' }, { 'end ': '2\n' }],
  'a name that looks like two': [{ 'x b/x': '1\n', 'a b/a b/a': '' }, { 'x b/x': '2\n' }],
  'a rename between names that look like two': [{ 'x b/x': long }, { 'x b/x b/y': long }],
  'names with quotes, tabs, line feeds and backslashes': [
    { 'q"x': '1\n', 't\tx': '1\n', 'n\nx': long, 'b\\x': '' },
    { 'q"x': '2\n', 't\tx': executable('1\n'), 'n\ny': long },
  ],
  'names beyond ASCII': [
    { 'ü/日本.txt': '1\n', '😀': long },
    { 'ü/日本.txt': '2\n', 'ﬁle 😀': long },
  ],
  'names that begin like the header': [
    { 'b/b': '1\n', 'dev/null': '1\n' },
    { 'b/b': '2\n', 'dev/null': '2\n' },
  ],
  'binary content, new, changed and deleted': [
    { old: '\0a', changed: noise(1, 3000), gone: noise(2, 500) },
    { old: '\0a', changed: `${noise(1, 3000)}x${noise(3, 100)}`, fresh: noise(4, 60_000) },
  ],
  'binary content that becomes text': [{ a: 'x\0y' }, { a: 'text\n' }],
  'binary content that becomes empty': [
    { a: 'x\0y', b: '' },
    { a: '', b: '\0' },
  ],
  'a binary rename with changes': [{ a: noise(5, 9000) }, { b: executable(`${noise(5, 9000)}!`) }],
  'a binary file that becomes a link': [{ a: 'x\0y' }, { a: link('b') }],
};

/** One tree holds the files of all cases, each case below its own directory, so that git is started few times. */
const cases = Object.entries(CASES).map(([name, [before, after]], index) => {
  const from = snapshotOf(before);
  const deletions = Object.keys(before).map((path) => [path, null] as const);
  return {
    name,
    before,
    after,
    from,
    to: withFiles(from, [...deletions, ...entriesOf(after)]),
    directory: `case-${index}`,
  };
});
const all = {
  from: snapshotOf(Object.assign({}, ...cases.map((each) => below(each.directory, each.before)))),
  to: snapshotOf(Object.assign({}, ...cases.map((each) => below(each.directory, each.after)))),
};

let directory: string;
let git: GitTrees;
let trees: { readonly from: string; readonly to: string };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patch-against-git-'));
  git = createGitTrees(directory);
  trees = { from: await git.write(all.from), to: await git.write(all.to) };
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe.each(cases)('$name', ({ from, to, before, after, directory: place }) => {
  test.each([
    ['plainly', ['--no-renames']],
    ['with renames', ['-M', '--full-index']],
    ['with rewrites and copies', ['-B', '-M', '-C', '--find-copies-harder']],
    ['without context', ['-U0']],
    ['with much context', ['-M', '-U9']],
  ])('printed by git %s applies and reverses', async (_name, options) => {
    const patch = parsed(
      git.diff(subtree(trees.from, place, before), subtree(trees.to, place, after), '--binary', ...options),
    );
    expect(accepted(await applyPatch(from, patch)).snapshot.digest).toBe(to.digest);
    const reversed = accepted(await reversePatchOn(from, patch)).patch;
    expect(accepted(await applyPatch(to, reversed)).snapshot.digest).toBe(from.digest);
  });
});

test.each([
  ['plainly', ['--no-renames']],
  ['with renames', ['-M', '--full-index']],
  ['with rewrites and copies', ['-B', '-M', '-C', '--find-copies-harder']],
])('git applies what was printed by git %s, parsed and printed again, and its reverse', async (_name, options) => {
  const forward: FilePatch[] = [];
  const backward: FilePatch[] = [];
  for (const { from, before, after, directory: place } of cases) {
    const text = git.diff(subtree(trees.from, place, before), subtree(trees.to, place, after), '--binary', ...options);
    const patch = parsed(text);
    forward.push(...movedBelow(place, patch));
    backward.push(...movedBelow(place, accepted(await reversePatchOn(from, patch)).patch));
  }
  expectTree(git.apply(trees.from, printPatch({ files: forward })), trees.to);
  expectTree(git.apply(trees.to, printPatch({ files: backward })), trees.from);
});

test.each([{ renames: false }, { renames: true }])('git applies our own diffs both ways, %o', async (options) => {
  const patches = await Promise.all(
    cases.map(async ({ from, to, directory: place }) => movedBelow(place, await diffSnapshots(from, to, options))),
  );
  const patch = { files: patches.flat() };
  expectTree(git.apply(trees.from, printPatch(patch)), trees.to);
  expectTree(git.apply(trees.to, printPatch(patch), '--reverse'), trees.from);
  expectTree(git.apply(trees.to, printPatch(accepted(reversePatch(patch)).patch)), trees.from);
});

test('git and this package agree on random trees', async () => {
  await fc.assert(
    fc.asyncProperty(snapshots, async ([from, to]) => {
      fc.pre(from.digest !== to.digest);
      fc.pre(!isLinkForDirectory(from, to) && !isLinkForDirectory(to, from));
      const [fromTree, toTree] = [await git.write(from), await git.write(to)];
      const patch = parsed(git.diff(fromTree, toTree, '--binary', '-M'));
      expect(accepted(await applyPatch(from, patch)).snapshot.digest).toBe(to.digest);
      const own = await diffSnapshots(from, to, { renames: true });
      expectTree(git.apply(fromTree, printPatch(own)), toTree);
      expectTree(git.apply(toTree, printPatch(accepted(reversePatch(own)).patch)), fromTree);
    }),
    { numRuns: 10, interruptAfterTimeLimit: 20_000 },
  );
});

test('a hunk that git would find elsewhere is not moved', async () => {
  const from = snapshotOf({ a: numbers(0, 30) });
  const shifted = '--- a/a\n+++ b/a\n@@ -12,3 +12,3 @@\n line 10\n-line 11\n+x\n line 12\n';
  const patch = bytes(`diff --git a/a b/a\n${shifted}`);
  expect(git.apply(await git.write(from), patch)).toMatch(/^[0-9a-f]{40}$/);
  expect(await applyPatch(from, parsed(patch))).toMatchObject({
    status: 'refused',
    code: 'content-mismatch',
    path: 'a',
  });
});

function below(place: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, file]) => [`${place}/${path}`, file]));
}

function movedBelow(place: string, patch: Patch): FilePatch[] {
  const move = (path: string | undefined) => (path === undefined ? undefined : `${place}/${path}`);
  return patch.files.map((file) => ({ ...file, oldPath: move(file.oldPath), newPath: move(file.newPath) }));
}

/** The tree of one case; a case without files has the empty tree. */
function subtree(tree: string, place: string, files: Files): string {
  return Object.keys(files).length === 0 ? git.emptyTree : `${tree}:${place}`;
}

function expectTree(actual: string, expected: string): void {
  expect(Buffer.from(git.diff(actual, expected, '--raw')).toString()).toBe('');
  expect(actual).toBe(expected);
}

/** Git does not apply what it prints for a directory that becomes a link: it sees the deleted files beyond the link. */
function isLinkForDirectory(from: Snapshot, to: Snapshot): boolean {
  return modeOf(to, 'dir') === '120000' && listPaths(from).some((path) => path.startsWith('dir/'));
}
