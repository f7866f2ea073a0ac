import { expect, test } from 'vitest';
import { accepted, bytes, contentsOf, parsed, snapshotOf } from '../test-support/patches.js';
import { applyPatch } from './apply-patch.js';
import type { FilePatch } from './git-diff.js';
import { printPatch } from './print-patch.js';
import { reversePatch, reversePatchOn } from './reverse-patch.js';

const COPY = 'diff --git a/x b/y\ncopy from x\ncopy to y\n--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n';

test('removed lines stand before added ones in the reverse, as git prints them', () => {
  const text = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@ f()\n-a\n-b\n+c\n+d\n e\n';
  const reversed = accepted(reversePatch(parsed(text))).patch;
  expect(Buffer.from(printPatch(reversed)).toString()).toBe(
    'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@ f()\n-c\n-d\n+a\n+b\n e\n',
  );
});

test('a long run of changes is reversed', () => {
  const count = 300_000;
  const text = `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,${count + 1} +1,${count + 1} @@\n${'-a\n'.repeat(count)}${'+b\n'.repeat(count)} c\n`;
  const reversed = accepted(reversePatch(parsed(text))).patch;
  expect(accepted(reversePatch(reversed)).patch).toEqual(parsed(text));
});

test('a change of type stays a deletion and then an addition', () => {
  const text = 'diff --git a/x b/x\ndeleted file mode 100644\ndiff --git a/x b/x\nnew file mode 100755\n';
  const reversed = accepted(reversePatch(parsed(text))).patch;
  expect(reversed.files.map(({ kind, oldMode, newMode }) => [kind, oldMode ?? newMode])).toEqual([
    ['delete', '100755'],
    ['add', '100644'],
  ]);
});

test('a copy is reversed to its deletion where the snapshot is known, and refused where it is not', async () => {
  const from = snapshotOf({ x: 'a\n' });
  const patch = parsed(COPY);
  expect(reversePatch(patch)).toMatchObject({ status: 'refused', code: 'irreversible', path: 'y' });
  const reversed = accepted(await reversePatchOn(from, patch)).patch;
  expect(reversed.files.map((file) => [file.kind, file.oldPath])).toEqual([['delete', 'y']]);
  const after = accepted(await applyPatch(from, patch)).snapshot;
  expect(await contentsOf(accepted(await applyPatch(after, reversed)).snapshot)).toEqual({ x: 'a\n' });
});

test('binary data without a way back is refused unless the snapshot is known', async () => {
  const from = snapshotOf({ x: '\0old' });
  const file: FilePatch = {
    kind: 'modify',
    oldPath: 'x',
    newPath: 'x',
    oldMode: undefined,
    newMode: undefined,
    content: {
      kind: 'binary',
      forward: { kind: 'literal', data: bytes('\0new') },
      backward: undefined,
      oldId: from.base.entries.get('x')!.blobId,
      newId: undefined,
    },
  };
  expect(reversePatch({ files: [file] })).toMatchObject({ status: 'refused', code: 'irreversible' });
  const reversed = accepted(await reversePatchOn(from, { files: [file] })).patch;
  const after = accepted(await applyPatch(from, { files: [file] })).snapshot;
  expect(accepted(await applyPatch(after, reversed)).snapshot.digest).toBe(from.digest);
});

test('a patch that does not apply is not reversed on a snapshot', async () => {
  expect(await reversePatchOn(snapshotOf({ x: 'b\n' }), parsed(COPY))).toMatchObject({ code: 'content-mismatch' });
});
