import assert from 'node:assert/strict';
import { isError } from './command-cases.js';
import { aFile, aTree, type ConformanceCase, EXAMPLE_TREE, inWorkspace, textOf } from './conformance-case.js';

const LISTING = `find . -mindepth 1 \\( -type f -printf '%m %P\\n' -o -type l -printf 'l %P %l\\n' -o -type d -printf 'd %P\\n' \\) | LC_ALL=C sort -k2`;

export const fileCases: readonly ConformanceCase[] = [
  inWorkspace("lays the base out with git's modes and links", async ({ text }) => {
    assert.deepEqual((await text(LISTING)).split('\n'), [
      '644 README.md',
      'd only',
      '644 only/child.txt',
      '755 run.sh',
      'd src',
      '644 src/a.txt',
      'd src/deep',
      '644 src/deep/b.txt',
      'l src/link a.txt',
    ]);
  }),
  inWorkspace('starts empty without a base', async ({ text }) => assert.equal(await text('ls -A'), ''), {
    base: undefined,
  }),
  inWorkspace(
    'lays changes over the base: files to directories and back, and no empty directory stays',
    async ({ text }) => {
      assert.deepEqual(
        (await text(LISTING)).split('\n'),
        ['d README.md', '755 README.md/now/dir.txt', '644 new.txt', 'l run.sh src/a.txt', '644 src'].flatMap((line) =>
          line.startsWith('d README') ? [line, 'd README.md/now'] : [line],
        ),
      );
      assert.equal(await text('cat new.txt src'), 'new\nsrc is a file');
    },
    {
      changes: new Map([
        ['README.md', null],
        ['README.md/now/dir.txt', aFile('x', 'executable')],
        ['new.txt', aFile('new\n')],
        ['run.sh', aFile('src/a.txt', 'link')],
        ['src/a.txt', null],
        ['src/deep/b.txt', null],
        ['src/link', null],
        ['src', aFile('src is a file\n')],
        ['only/child.txt', null],
        ['not/there.txt', null],
      ]),
    },
  ),
  inWorkspace(
    'gives changed files a later time than the base',
    async ({ sh }) =>
      assert.equal(
        (await sh('test README.md -nt run.sh && test run.sh -ot src/a.txt -o ! run.sh -nt src/a.txt')).exitCode,
        0,
      ),
    { changes: new Map([['README.md', aFile('same second, same size')]]) },
  ),
  {
    title: 'refuses trees and changes that lead outside or into .git',
    isolationOnly: false,
    async run(provider) {
      const bad = ['../x', '/etc/x', 'a/../../x', 'a//b', './a', '.git/config', 'a/.GIT/hooks/x', '', 'a/'];
      for (const path of bad) {
        const changes = new Map([[path, aFile('x')]]);
        await assert.rejects(provider.open({ base: EXAMPLE_TREE, changes }), isError('invalid-request'), path);
        const base = aTree({ [path]: aFile('x') });
        await assert.rejects(provider.open({ base, changes: new Map() }), isError('invalid-request'), path);
      }
      const throughLink = new Map([['src/link/x', aFile('x')]]);
      await assert.rejects(provider.open({ base: EXAMPLE_TREE, changes: throughLink }), isError('invalid-request'));
      const linkThenFile = aTree({ up: aFile('/tmp', 'link'), 'up/written': aFile('x') });
      await assert.rejects(provider.open({ base: linkThenFile, changes: new Map() }), isError('invalid-request'));
    },
  },
  inWorkspace('writes and reads files of any content and name', async ({ sandbox, text }) => {
    const content = Buffer.from([...Array(256).keys()]);
    for (const path of ['new/deep/file.bin', 'with space', 'quote\'"$(id)', 'new\nline', 'README.md']) {
      await sandbox.writeFile(path, content);
      assert.deepEqual(Buffer.from(await sandbox.readFile(path)), content);
    }
    await sandbox.writeFile('empty', new Uint8Array());
    assert.equal((await sandbox.readFile('empty')).length, 0);
    await sandbox.writeFile('run.sh', Buffer.from('#!/bin/sh\necho again\n'));
    assert.equal(await text('./run.sh'), 'again');
    const large = Buffer.alloc(20_000_000, 'large');
    await sandbox.writeFile('large', large);
    assert.ok(large.equals(await sandbox.readFile('large')));
  }),
  inWorkspace('reads regular files only, and follows no link out', async ({ sandbox, sh }) => {
    await sh('mkfifo pipe; ln -s /etc/passwd out; ln -s ../../../etc up; ln -s loop loop; ln -s nowhere dangling');
    for (const path of ['missing', 'src', 'pipe', 'out', 'up/passwd', 'loop', 'dangling', 'README.md/x']) {
      await assert.rejects(sandbox.readFile(path), isError('file-not-found'), path);
    }
    for (const path of ['../x', '/etc/passwd', '']) {
      await assert.rejects(sandbox.readFile(path), isError('invalid-request'), path);
      await assert.rejects(sandbox.writeFile(path, Buffer.from('x')), isError('invalid-request'), path);
    }
    assert.equal(textOf(await sandbox.readFile('src/link')), 'a\n');
  }),
  inWorkspace('replaces a link instead of writing through it', async ({ sandbox, sh, text }) => {
    await sh('echo kept > "$TMPDIR/kept"; ln -s "$TMPDIR/kept" out; ln -s "$TMPDIR" dir; mkfifo pipe');
    await sandbox.writeFile('out', Buffer.from('inside'));
    await sandbox.writeFile('pipe', Buffer.from('inside'));
    assert.equal(await text('cat out pipe; cat "$TMPDIR/kept"'), 'insideinsidekept');
    await assert.rejects(sandbox.writeFile('dir/file', Buffer.from('x')), isError('sandbox-failed'));
    assert.equal((await sh('test -e "$TMPDIR/file"')).exitCode, 1);
  }),
];
