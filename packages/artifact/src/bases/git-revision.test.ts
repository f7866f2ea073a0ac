import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { aRepository, commit, git, temporaryDirectory, write } from '../../test-support/temporary.js';
import type { GitReader } from '../git/git-repository.js';
import type { Base } from '../snapshot.js';
import { directoryBase } from './directory.js';
import { gitRevisionBase } from './git-revision.js';
import { memoryBase } from './memory.js';

const readers = ['native', 'isomorphic'] as const;

async function contents(base: Base): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { path, mode, content } of base.readAll())
    found[path] = `${mode} ${Buffer.from(content).toString('latin1')}`;
  return found;
}

async function open(directory: string, revision: string | undefined, reader: GitReader) {
  const base = await gitRevisionBase(directory, revision, { reader });
  onTestFinished(() => base.close());
  return base;
}

/** Files of every mode, odd names and several revisions: two commits, a branch and an annotated tag. */
function aRichRepository(): string {
  const directory = aRepository({
    'a.txt': 'a\n',
    'deep/er/b.bin': Buffer.from([0, 255, 10, 13, 10]),
    empty: '',
    'crlf.txt': 'x\r\ny\r\n',
    'odd "name"\t\n\\ ä.txt': 'odd',
    '-dash': 'dash',
    ['x'.repeat(200)]: 'long name',
    large: Buffer.alloc(300_000, 'large '),
    'run.sh': '#!/bin/sh\n',
  });
  chmodSync(join(directory, 'run.sh'), 0o755);
  symlinkSync('../outside', join(directory, 'link'));
  git(directory, 'tag', '-a', 'v1', '-m', 'first version');
  write(directory, { 'a.txt': 'second\n', 'deep/c': 'c' });
  commit(directory, 'second', 1);
  git(directory, 'branch', 'side', 'v1');
  return directory;
}

describe.each([
  ['loose objects', (directory: string) => directory],
  [
    'packed objects and references',
    (directory: string) => {
      git(directory, 'gc', '-q');
      return directory;
    },
  ],
  [
    'a bare clone',
    (directory: string) => {
      const bare = join(temporaryDirectory(), 'bare.git');
      git(directory, 'clone', '-q', '--bare', '--no-local', directory, bare);
      return bare;
    },
  ],
])('with %s', (_, prepare) => {
  test('both readers give the tree that git checks out', async () => {
    const source = aRichRepository();
    const directory = prepare(source);
    const checkedOut = await directoryBase(source);
    const [native, isomorphic] = await Promise.all(readers.map((reader) => open(directory, undefined, reader)));
    expect(native!.revision).toBe(git(source, 'rev-parse', 'HEAD'));
    expect(native!.digest).toBe(checkedOut.digest);
    expect(native!.entries).toEqual(checkedOut.entries);
    expect(await contents(native!)).toEqual(await contents(checkedOut));
    expect(isomorphic!.revision).toBe(native!.revision);
    expect(isomorphic!.entries).toEqual(native!.entries);
    expect([...isomorphic!.entries.keys()]).toEqual([...native!.entries.keys()]);
    expect(await contents(isomorphic!)).toEqual(await contents(native!));
  });

  test.each(readers)('the %s reader finds branches, tags and abbreviated ids', async (reader) => {
    const source = aRichRepository();
    const first = git(source, 'rev-parse', 'v1^{commit}');
    const directory = prepare(source);
    for (const revision of ['v1', 'side', 'refs/heads/side', first, first.slice(0, 8)]) {
      expect((await open(directory, revision, reader)).revision).toBe(first);
    }
    expect((await open(directory, '@', reader)).revision).not.toBe(first);
  });
});

describe.each(readers)('the %s reader', (reader) => {
  test('says that a repository has no commit yet', async () => {
    const directory = temporaryDirectory();
    git(directory, 'init', '-q');
    await expect(open(directory, undefined, reader)).rejects.toMatchObject({ code: 'no-commit' });
    await expect(open(directory, 'main2', reader)).rejects.toMatchObject({ code: 'unknown-revision' });
  });

  test.each(['nothing', '-x', '--all', 'deadbeef', '0'.repeat(40), 'a.txt'])(
    'does not know the revision %j',
    async (revision) => {
      await expect(open(aRepository(), revision, reader)).rejects.toMatchObject({
        code: revision.startsWith('0000') && reader === 'isomorphic' ? 'unreadable' : 'unknown-revision',
      });
    },
  );

  test('does not take a tag of a file for a commit', async () => {
    const directory = aRepository();
    git(directory, 'tag', 'file', 'HEAD:a.txt');
    await expect(open(directory, 'file', reader)).rejects.toMatchObject({ code: 'unknown-revision' });
  });

  test('refuses a directory that is not the top of a repository', async () => {
    const directory = aRepository({ 'sub/a': 'a' });
    await expect(open(join(directory, 'sub'), undefined, reader)).rejects.toMatchObject({ code: 'not-a-repository' });
    await expect(open(join(directory, 'none'), undefined, reader)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('does not search above a broken repository', async () => {
    const directory = aRepository({ 'sub/a': 'a' });
    write(directory, { 'sub/.git/HEAD': 'nonsense' });
    await expect(open(join(directory, 'sub'), undefined, reader)).rejects.toMatchObject({ name: 'EnvironmentError' });
  });

  test('leaves submodules out', async () => {
    const inner = aRepository();
    const directory = aRepository({ 'a.txt': 'outer' });
    git(directory, 'submodule', '--quiet', 'add', inner, 'module');
    commit(directory, 'add a submodule');
    expect([...(await open(directory, undefined, reader)).entries.keys()]).toEqual(['.gitmodules', 'a.txt']);
  });

  test('gives the bytes of the objects, whatever attributes and filters say', async () => {
    const directory = aRepository({ 'a.txt': 'a\r\n$Id$ $Format:%H$\n', 'b.txt': 'b\n' });
    write(directory, { '.gitattributes': '* text eol=crlf ident export-subst\nb.txt filter=shout\n' });
    git(directory, 'config', 'filter.shout.smudge', 'tr a-z A-Z');
    git(directory, 'config', 'core.autocrlf', 'true');
    git(directory, 'add', '.gitattributes');
    git(directory, 'commit', '-q', '-m', 'attributes');
    const base = await open(directory, undefined, reader);
    expect(await contents(base)).toMatchObject({ 'a.txt': '100644 a\r\n$Id$ $Format:%H$\n', 'b.txt': '100644 b\n' });
  });

  test('reads the tree of the commit, not the work tree', async () => {
    const directory = aRepository();
    write(directory, { 'a.txt': 'changed', untracked: '' });
    expect((await open(directory, undefined, reader)).digest).toBe(memoryBase({ 'a.txt': 'a\n' }).digest);
  });

  test('names a path that is not UTF-8', async () => {
    const directory = aRepository();
    const blob = git(directory, 'rev-parse', 'HEAD:a.txt');
    const entry = Buffer.concat([Buffer.from('100644 caf'), Buffer.from([0xe9, 0]), Buffer.from(blob, 'hex')]);
    await expect(open(directory, commitOfTree(directory, entry), reader)).rejects.toMatchObject({
      code: 'unsupported-path',
      message: expect.stringContaining('café'),
    });
  });

  test.each(['..', '.git', '.GIT', 'a/../../b', '/abs', ''])('refuses a tree with the name %j', async (name) => {
    const directory = aRepository();
    const blob = git(directory, 'rev-parse', 'HEAD:a.txt');
    const entry = Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, 'hex')]);
    await expect(open(directory, commitOfTree(directory, entry), reader)).rejects.toMatchObject({
      name: 'EnvironmentError',
    });
  });

  test('refuses a tree with one name twice', async () => {
    const directory = aRepository();
    const blob = git(directory, 'rev-parse', 'HEAD:a.txt');
    const entry = Buffer.concat([Buffer.from('100644 a\0'), Buffer.from(blob, 'hex')]);
    const tree = Buffer.concat([entry, entry]);
    await expect(open(directory, commitOfTree(directory, tree), reader)).rejects.toMatchObject({
      code: 'unsupported-path',
    });
  });

  test('takes old modes for what git takes them for today', async () => {
    const directory = aRepository();
    const blob = Buffer.from(git(directory, 'rev-parse', 'HEAD:a.txt'), 'hex');
    const tree = Buffer.concat([Buffer.from('100664 a\0'), blob, Buffer.from('100775 b\0'), blob]);
    const base = await open(directory, commitOfTree(directory, tree), reader);
    expect([...base.entries.values()].map(({ mode }) => mode)).toEqual(['100644', '100755']);
  });

  test('says which object is missing and reads the others', async () => {
    const directory = aRepository({ 'a.txt': 'a', 'b.txt': 'b' });
    const blob = git(directory, 'rev-parse', 'HEAD:a.txt');
    rmSync(join(directory, '.git/objects', blob.slice(0, 2), blob.slice(2)));
    const base = await open(directory, undefined, reader);
    await expect(base.read('a.txt')).rejects.toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining(blob),
    });
    expect(Buffer.from(await base.read('b.txt')).toString()).toBe('b');
  });

  test('does not look at replaced objects', async () => {
    const directory = aRepository();
    const real = git(directory, 'rev-parse', 'HEAD');
    write(directory, { 'a.txt': 'replacement' });
    git(directory, 'replace', real, commit(directory, 'other', 1));
    const base = await open(directory, real, reader);
    expect(Buffer.from(await base.read('a.txt')).toString()).toBe('a\n');
  });

  test('reads again after close', async () => {
    const base = await open(aRepository(), undefined, reader);
    await base.read('a.txt');
    base.close();
    expect(Buffer.from(await base.read('a.txt')).toString()).toBe('a\n');
  });

  test('reads a shallow clone', async () => {
    const source = aRichRepository();
    const clone = join(temporaryDirectory(), 'clone');
    git(source, 'clone', '-q', '--depth=1', `file://${source}`, clone);
    expect((await open(clone, undefined, reader)).digest).toBe((await directoryBase(source)).digest);
  });
});

/** What git reads and isomorphic-git does not. */
const needsGit: [string, (directory: string) => string][] = [
  [
    'a clone that borrows objects',
    (source) => {
      const clone = join(temporaryDirectory(), 'clone');
      git(source, 'clone', '-q', '--shared', source, clone);
      return clone;
    },
  ],
  [
    'a linked work tree',
    (source) => {
      const linked = join(temporaryDirectory(), 'linked');
      git(source, 'worktree', 'add', '-q', '--detach', linked);
      return linked;
    },
  ],
  [
    'a repository of SHA-256',
    (source) => {
      const directory = temporaryDirectory();
      git(directory, 'init', '-q', '--object-format=sha256');
      execFileSync('bash', ['-c', `git -C "$0" archive HEAD | tar -x -C "$1"`, source, directory]);
      commit(directory, 'first');
      return directory;
    },
  ],
  [
    'a partial clone',
    (source) => {
      git(source, 'config', 'uploadpack.allowFilter', 'true');
      const clone = join(temporaryDirectory(), 'clone');
      git(source, 'clone', '-q', '--filter=blob:none', `file://${source}`, clone);
      return clone;
    },
  ],
];

describe.each(needsGit)('%s', (_, prepare) => {
  test('is read with git', async () => {
    const source = aRichRepository();
    expect((await open(prepare(source), undefined, 'native')).digest).toBe((await directoryBase(source)).digest);
  });

  test('is refused without git, which it says to install', async () => {
    await expect(open(prepare(aRichRepository()), undefined, 'isomorphic')).rejects.toMatchObject({
      code: 'git-needed',
      message: expect.stringContaining('Install git'),
    });
  });
});

test('does not fetch what a partial clone lacks', async () => {
  const source = aRichRepository();
  git(source, 'config', 'uploadpack.allowFilter', 'true');
  const clone = join(temporaryDirectory(), 'clone');
  git(source, 'clone', '-q', '--filter=blob:none', '--bare', `file://${source}`, clone);
  const base = await open(clone, undefined, 'native');
  await expect(base.read('a.txt')).rejects.toMatchObject({ code: 'unreadable' });
});

test('understands whatever git rev-parse does, with git, and says so without', async () => {
  const directory = aRichRepository();
  const first = git(directory, 'rev-parse', 'HEAD~1');
  for (const revision of ['HEAD~1', 'HEAD^', 'main@{0}~', 'HEAD^{/first}']) {
    expect((await open(directory, revision, 'native')).revision).toBe(first);
  }
  await expect(open(directory, 'HEAD~1', 'isomorphic')).rejects.toMatchObject({ code: 'git-needed' });
  await expect(open(directory, 'HEAD~7', 'native')).rejects.toMatchObject({ code: 'unknown-revision' });
  await expect(open(directory, '', 'native')).rejects.toMatchObject({ code: 'unknown-revision' });
  await expect(open(directory, 'HEAD\0', 'native')).rejects.toMatchObject({ code: 'unknown-revision' });
});

test.skipIf(process.getuid?.() !== 0)('reads a repository that somebody else owns', async () => {
  const directory = aRepository();
  execFileSync('chown', ['-R', '12345:12345', directory]);
  expect((await open(directory, undefined, 'native')).entries.size).toBe(1);
});

test('does not look at the git variables of the caller', async () => {
  const other = aRepository({ other: '' });
  const variables = {
    GIT_DIR: join(other, '.git'),
    GIT_WORK_TREE: other,
    GIT_INDEX_FILE: '/nowhere',
    GIT_OBJECT_DIRECTORY: '/nowhere',
  };
  const directory = aRepository();
  Object.assign(process.env, variables);
  onTestFinished(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });
  expect([...(await open(directory, undefined, 'auto')).entries.keys()]).toEqual(['a.txt']);
});

test('reads without git where it is not installed, unless git was asked for', async () => {
  const directory = aRepository();
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  onTestFinished(() => {
    process.env.PATH = path;
  });
  expect((await open(directory, undefined, 'auto')).entries.size).toBe(1);
  await expect(open(directory, undefined, 'native')).rejects.toMatchObject({ code: 'git-needed' });
});

test('the process that reads objects does not keep Node alive between reads', async () => {
  const base = await open(aRichRepository(), undefined, 'native');
  const count = () => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
  const reading = contents(base);
  await expect.poll(count).toBeGreaterThan(0);
  await reading;
  expect(count()).toBe(0);
});

function commitOfTree(directory: string, tree: Buffer): string {
  const argv = ['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'];
  const treeId = execFileSync('git', argv, { cwd: directory, input: tree }).toString().trim();
  return git(directory, 'commit-tree', treeId, '-m', 'made by hand');
}
