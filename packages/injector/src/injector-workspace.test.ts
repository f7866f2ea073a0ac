import { join } from 'node:path';
import { type Environment, openEnvironment } from '@swe-selfplay/artifact';
import { createSandboxProvider, type Sandbox, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aRepository, commit, git, temporaryDirectory, write } from '../../artifact/test-support/temporary.js';
import { openInjectorWorkspace } from './injector-workspace.js';

let provider: SandboxProvider;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
});
afterAll(() => provider.close());

/** What commands print in the workspace of an environment, and what git it has. */
async function inWorkspace(environment: Environment, ...commands: string[]) {
  const { sandbox, git: kind } = await openInjectorWorkspace(provider, environment, undefined);
  try {
    const outputs: string[] = [];
    for (const command of commands) {
      const { stdout } = await sandbox.run({ argv: ['bash', '-c', command], mergeOutput: true, timeoutMs: 20_000 });
      outputs.push(Buffer.from(stdout).toString().trim());
    }
    return { kind, outputs };
  } finally {
    await sandbox.close();
    await environment.close();
  }
}

const ATTRIBUTES =
  '* text eol=crlf\n*.lfs filter=lfs\nid.txt ident\nutf.txt working-tree-encoding=UTF-16\na.txt export-ignore\n';

/** Files that git would write otherwise than they are, if it followed their attributes; a submodule; odd names. */
function awkwardRepository(): string {
  const directory = aRepository({
    'a.txt': 'first\n',
    'crlf.txt': 'one\r\ntwo\r\n',
    'mixed.txt': 'one\r\ntwo\n',
    'id.txt': '$Id: 1234 $\n',
    'utf.txt': 'plain\n',
    'big.lfs': 'version https://git-lfs.github.com/spec/v1\n',
    '.gitignore': 'ignored/\n',
    'ünï cødé\n.txt': 'odd name\n',
    'run.sh': '#!/bin/sh\n',
  });
  write(directory, { 'ignored/kept.txt': 'tracked all the same\n', '.gitattributes': ATTRIBUTES, 'a.txt': 'second\n' });
  git(directory, 'update-index', '--chmod=+x', 'run.sh');
  git(directory, 'add', '-f', 'ignored/kept.txt', '.gitattributes', 'a.txt');
  const module = `160000,${git(directory, 'rev-parse', 'HEAD')},vendor/inner module`;
  git(directory, 'update-index', '--add', '--cacheinfo', module);
  git(directory, 'commit', '-q', '-m', 'change a');
  return directory;
}

test('a repository comes with its history and a clean work tree, whatever its attributes', async () => {
  const directory = awkwardRepository();
  git(directory, 'tag', 'v1');
  git(directory, 'branch', 'other');
  const head = git(directory, 'rev-parse', 'HEAD');
  const { kind, outputs } = await inWorkspace(
    await openEnvironment({ directory }),
    'git status --porcelain --branch',
    'git rev-parse HEAD; git symbolic-ref HEAD; git for-each-ref; git reflog; ls .git/hooks .git/FETCH_HEAD',
    "git log -p --format=%s -- a.txt | grep -E '^[-+a-z]' | grep -v '^[-+i][-+n]'",
    'git log -S second --format=%s -- a.txt; git show HEAD~1:a.txt',
    'echo third > a.txt; git stash -q; cat a.txt; git stash pop -q; git diff | tail -2',
    'git commit -qam mine; git commit --amend; git log -1 --format="%an %s"; git status --porcelain',
    'git fsck --connectivity-only 2>&1 | grep -v ^dangling',
  );
  expect(kind).toEqual({ kind: 'history' });
  expect(outputs[0]).toBe('## main');
  expect(outputs[1]!.split('\n').slice(0, 3)).toEqual([head, 'refs/heads/main', `${head} commit\trefs/heads/main`]);
  expect(outputs[1]!.split('\n').slice(3)).toEqual([
    expect.stringContaining('No such file'),
    expect.stringContaining('No such file'),
  ]);
  expect(outputs[2]).toBe(
    'change a\ndiff --git a/a.txt b/a.txt\n-first\n+second\nfirst\ndiff --git a/a.txt b/a.txt\nnew file mode 100644\n+first',
  );
  expect(outputs.slice(3)).toEqual([
    'change a\nfirst',
    'second\n-second\n+third',
    expect.stringMatching(/Developer mine$/),
    '',
  ]);
});

test('an earlier revision comes without what came after it', async () => {
  const directory = awkwardRepository();
  const [head, first] = [git(directory, 'rev-parse', 'HEAD'), git(directory, 'rev-list', '--max-parents=0', 'HEAD')];
  const { outputs } = await inWorkspace(
    await openEnvironment({ directory, revision: first }),
    'git status --porcelain',
    'git log --format=%s',
    `git cat-file -t ${head}`,
  );
  expect(outputs).toEqual(['', 'first', expect.stringContaining('could not get object info')]);
});

test('the history of a shallow clone ends where the clone does', async () => {
  const directory = awkwardRepository();
  const clone = join(temporaryDirectory(), 'clone');
  git('/', 'clone', '-q', '--depth=1', `file://${directory}`, clone);
  const { kind, outputs } = await inWorkspace(
    await openEnvironment({ directory: clone }),
    'git status --porcelain',
    'git log --format=%s',
    'git fsck --connectivity-only',
  );
  expect(kind).toEqual({ kind: 'history' });
  expect(outputs).toEqual(['', 'change a', '']);
});

test('a repository of SHA-256 comes with its history', async () => {
  const directory = temporaryDirectory();
  git(directory, 'init', '-q', '-b', 'main', '--object-format=sha256');
  write(directory, { 'a.txt': 'a\n' });
  const head = commit(directory, 'first');
  const { outputs } = await inWorkspace(await openEnvironment({ directory }), 'git rev-parse HEAD; git status -s');
  expect(outputs).toEqual([head]);
});

test('a plain directory comes with one commit, so that changes can be told', async () => {
  const directory = temporaryDirectory();
  write(directory, { 'a.txt': 'one\r\n', '.gitignore': 'b.txt\n', 'b.txt': 'b\n', '.gitattributes': '* text\n' });
  const { kind, outputs } = await inWorkspace(
    await openEnvironment({ directory }),
    'git status --porcelain; git rev-list --count HEAD',
    'echo two >> b.txt; git diff | tail -1',
  );
  expect(kind).toMatchObject({ kind: 'commit', reason: expect.stringContaining('is no git repository') });
  expect(outputs).toEqual(['1', '+two']);
});

test('where the sandbox has no git there is no repository, and room for the five files all the same', async () => {
  const withoutGit: SandboxProvider = {
    ...provider,
    async open(request) {
      const sandbox = await provider.open(request);
      const places = 'mkdir /tmp/bin && ln -s "$(command -v bash)" "$(command -v mkdir)" /tmp/bin';
      await sandbox.run({ argv: ['bash', '-c', places] });
      const run: Sandbox['run'] = (command) => sandbox.run({ ...command, env: { PATH: '/tmp/bin' } });
      return { ...sandbox, run, close: () => sandbox.close() };
    },
  };
  const environment = await openEnvironment({ directory: awkwardRepository() });
  const { sandbox, git: kind } = await openInjectorWorkspace(withoutGit, environment, undefined);
  try {
    expect(kind).toEqual({ kind: 'none', reason: 'the sandbox has no git' });
    const { stdout } = await sandbox.run({ argv: ['bash', '-c', 'echo .git* .bug*'] });
    expect(Buffer.from(stdout).toString()).toBe('.gitattributes .gitignore .bug-artifact\n');
  } finally {
    await sandbox.close();
    await environment.close();
  }
});

test('a repository that cannot be made is a failure of the host, with what was said', async () => {
  const small: SandboxProvider = {
    ...provider,
    open: (request) => provider.open({ ...request, limits: { diskBytes: 16_384 } }),
  };
  const environment = await openEnvironment({ directory: awkwardRepository() });
  await expect(openInjectorWorkspace(small, environment, undefined)).rejects.toMatchObject({
    name: 'EvaluationError',
    code: 'infra',
    message: expect.stringMatching(/could not be made: .*[Nn]o space left/s),
  });
  await environment.close();
});
