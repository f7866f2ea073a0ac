import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aRepository, commit, git, temporaryDirectory, write } from '../test-support/temporary.js';
import { type EnvironmentSource, openEnvironment } from './environment.js';
import { commitsOf } from './history.js';
import { listPaths } from './snapshot.js';

async function open(source: EnvironmentSource) {
  const environment = await openEnvironment(source);
  onTestFinished(() => environment.close());
  return environment;
}

const SIGNATURE = '-----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----';

/** Names, times, sizes and contents of all files, those of .git included. */
function fingerprint(directory: string): string {
  const listing = execFileSync('find', ['.', '-printf', '%p %m %s %T@ %l\\n'], { cwd: directory });
  const sums = execFileSync('bash', ['-c', 'find . -type f -print0 | sort -z | xargs -0 sha256sum'], {
    cwd: directory,
  });
  return createHash('sha256').update(listing.toString().split('\n').sort().join('\n')).update(sums).digest('hex');
}

test('opens a clean repository at HEAD without warnings', async () => {
  const directory = aRepository();
  const environment = await open({ directory });
  expect(environment).toMatchObject({
    directory,
    kind: 'git-revision',
    name: basename(directory),
    revision: git(directory, 'rev-parse', 'HEAD'),
    digest: environment.original.digest,
    warnings: [],
  });
});

test('opens an earlier revision', async () => {
  const directory = aRepository();
  const first = git(directory, 'rev-parse', 'HEAD');
  write(directory, { b: 'b' });
  commit(directory, 'second', 1);
  const environment = await open({ directory, revision: 'HEAD~1' });
  expect(environment.revision).toBe(first);
  expect(listPaths(environment.original)).toEqual(['a.txt']);
});

test('a repository and a plain copy of its files have one digest', async () => {
  const directory = aRepository({ 'a.txt': 'a', 'b/c': 'c' });
  const copy = temporaryDirectory();
  write(copy, { 'a.txt': 'a', 'b/c': 'c' });
  expect((await open({ directory })).digest).toBe((await open({ directory: copy })).digest);
});

test('warns of uncommitted changes, counts them and does not take them', async () => {
  const directory = aRepository({ 'a.txt': 'a', 'b.txt': 'b', '.gitignore': 'ignored\n' });
  const clean = (await open({ directory })).digest;
  write(directory, { 'a.txt': 'changed', 'new.txt': '', ignored: '' });
  git(directory, 'rm', '-q', '--cached', 'b.txt');
  const environment = await open({ directory });
  expect(environment.digest).toBe(clean);
  expect(environment.warnings).toEqual([expect.stringContaining('4 files')]);
});

test('warns that uncommitted changes are not known without git', async () => {
  expect((await open({ directory: aRepository(), reader: 'isomorphic' })).warnings).toEqual([
    expect.stringContaining('not known'),
  ]);
});

test('takes a plain directory as it stands and says so', async () => {
  const directory = temporaryDirectory();
  write(directory, { a: 'a' });
  const environment = await open({ directory });
  expect(environment).toMatchObject({ kind: 'directory', revision: undefined });
  expect(environment.warnings).toEqual([expect.stringContaining('not the top of a git repository')]);
  await expect(open({ directory, revision: 'HEAD' })).rejects.toMatchObject({ code: 'not-a-repository' });
});

test('takes a directory inside a work tree for a plain one', async () => {
  const directory = join(aRepository({ 'sub/a': 'committed' }), 'sub');
  write(directory, { a: 'on disk' });
  const environment = await open({ directory });
  expect(environment.kind).toBe('directory');
  expect(Buffer.from(await environment.original.base.read('a')).toString()).toBe('on disk');
});

test('opens bare repositories, linked work trees and links to a repository', async () => {
  const directory = aRepository();
  const { digest } = await open({ directory });
  const other = temporaryDirectory();
  git(directory, 'clone', '-q', '--bare', directory, join(other, 'bare'));
  git(directory, 'worktree', 'add', '-q', join(other, 'linked'));
  symlinkSync(directory, join(other, 'link'));
  for (const name of ['bare', 'linked', 'link']) {
    const environment = await open({ directory: join(other, name) });
    expect(environment).toMatchObject({ kind: 'git-revision', digest, warnings: [] });
  }
});

test.each([
  ['a missing directory', (directory: string) => join(directory, 'none'), 'not-found'],
  ['a file', (directory: string) => join(directory, 'a.txt'), 'not-a-directory'],
])('refuses %s', async (_, place, code) => {
  await expect(open({ directory: place(aRepository()) })).rejects.toMatchObject({ name: 'EnvironmentError', code });
});

test('refuses a repository without a commit', async () => {
  const directory = temporaryDirectory();
  git(directory, 'init', '-q');
  await expect(open({ directory })).rejects.toMatchObject({ code: 'no-commit' });
});

test('refuses a broken repository instead of taking it for a plain directory', async () => {
  const directory = temporaryDirectory();
  write(directory, { '.git/HEAD': 'nonsense', a: 'a' });
  await expect(open({ directory })).rejects.toMatchObject({ code: 'unreadable' });
});

test('writes nothing to the repository and starts no program that it configures', async () => {
  const directory = aRepository({ 'a.txt': 'a\n', '.gitattributes': 'a.txt filter=evil diff=evil\n' });
  const marker = join(temporaryDirectory(), 'started');
  const program = join(temporaryDirectory(), 'program');
  writeFileSync(program, `#!/bin/sh\ntouch ${marker}\ncat\n`);
  chmodSync(program, 0o755);
  for (const key of [
    'core.fsmonitor',
    'core.pager',
    'core.editor',
    'gpg.program',
    'core.sshCommand',
    'diff.external',
    'core.askPass',
  ]) {
    git(directory, 'config', key, program);
  }
  for (const key of [
    'filter.evil.clean',
    'filter.evil.smudge',
    'diff.evil.textconv',
    'diff.evil.command',
    'alias.log',
    'alias.ls-tree',
  ]) {
    git(directory, 'config', key, key.startsWith('alias') ? `!${program}` : program);
  }
  git(directory, 'config', 'filter.evil.required', 'true');
  git(directory, 'config', 'log.showSignature', 'true');
  git(directory, 'config', 'core.hooksPath', join(program, '..'));
  for (const hook of ['post-index-change', 'reference-transaction', 'post-checkout']) {
    write(directory, { [`.git/hooks/${hook}`]: `#!/bin/sh\ntouch ${marker}\n` });
    chmodSync(join(directory, '.git/hooks', hook), 0o755);
  }
  const signed = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
    cwd: directory,
    input: git(directory, 'cat-file', 'commit', 'HEAD').replace('\n\n', `\ngpgsig ${SIGNATURE}\n\n`),
  });
  git(directory, 'update-ref', 'HEAD', signed.toString().trim());
  // A new time makes git look into the file, which starts the filter where it may.
  utimesSync(join(directory, 'a.txt'), 1, 1);
  const before = fingerprint(directory);
  const environment = await open({ directory });
  for await (const _ of environment.original.base.readAll());
  await commitsOf(environment, { limit: 5 });
  expect(existsSync(marker)).toBe(false);
  expect(fingerprint(directory)).toBe(before);
  execFileSync('git', ['-C', directory, 'status'], { stdio: 'ignore' });
  expect(existsSync(marker)).toBe(true);
});

test.each(['native', 'isomorphic'] as const)('lists commits, newest first, with the %s reader', async (reader) => {
  const directory = aRepository();
  const first = git(directory, 'rev-parse', 'HEAD');
  const second = commit(directory, 'fix: a "subject" über\ntwo lines\n\nand a body', 1);
  git(directory, 'checkout', '-q', '-b', 'side', first);
  const side = commit(directory, 'side', 2);
  git(directory, 'merge', '-q', '--no-ff', '-m', 'merge', second);
  const merge = git(directory, 'rev-parse', 'HEAD');
  const environment = await open({ directory, reader });
  const commits = await commitsOf(environment, { limit: 10, reader });
  expect(commits[0]).toMatchObject({ id: merge, parents: [side, second], subject: 'merge' });
  expect(new Set(commits.map(({ id }) => id))).toEqual(new Set([merge, side, second, first]));
  const found = commits.find(({ id }) => id === second)!;
  expect(found).toEqual({
    id: second,
    parents: [first],
    subject: 'fix: a "subject" über two lines',
    authorDate: new Date('2024-01-02T01:05:05Z'),
  });
  expect(commits.at(-1)).toMatchObject({ id: first, parents: [] });
  expect(await commitsOf(environment, { limit: 2, reader })).toEqual(commits.slice(0, 2));
});

test('lists the commits before the revision only, and none of a plain directory', async () => {
  const directory = aRepository();
  commit(directory, 'second', 1);
  const earlier = await open({ directory, revision: 'HEAD~1' });
  expect((await commitsOf(earlier, { limit: 10 })).map(({ subject }) => subject)).toEqual(['first']);
  const plain = temporaryDirectory();
  expect(await commitsOf(await open({ directory: plain }), { limit: 10 })).toEqual([]);
  await expect(commitsOf(earlier, { limit: 0 })).rejects.toThrow(TypeError);
});
