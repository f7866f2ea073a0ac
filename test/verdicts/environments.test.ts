import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createSandboxProvider,
  createTestRunner,
  type Environment,
  EnvironmentError,
  openEnvironment,
  readArtifactFolder,
  type SandboxProvider,
  type TestRunner,
  type ValidationReport,
  validateArtifact,
} from 'swe-selfplay';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Recipe, writeArtifact } from '../support/artifact-recipe.js';
import { expectFailureAt, expectValid } from '../support/court.js';
import { fingerprint, git, makeRepository, scratchDirectory, writeTree } from '../support/scratch-repository.js';
import { edited, SHOP } from '../support/shop-project.js';

let folder: string;
let repository: string;
let provider: SandboxProvider;
let runner: TestRunner;
const scratch: string[] = [];

beforeAll(async () => {
  folder = await scratchDirectory('environments');
  repository = await makeRepository(SHOP);
  provider = await createSandboxProvider({ cacheDirectory: join(folder, 'cache') });
  runner = createTestRunner({ provider });
});

afterEach(async () => {
  for (const directory of scratch.splice(0)) await rm(directory, { recursive: true, force: true });
});

afterAll(async () => {
  await provider.close();
  for (const directory of [folder, repository]) await rm(directory, { recursive: true, force: true });
});

async function scratchFor(name: string): Promise<string> {
  const directory = await scratchDirectory(name);
  scratch.push(directory);
  return directory;
}

/** The verdict on a recipe made for the shop, in another directory, which must stay as it is. */
async function judgeIn(
  directory: string,
  recipe: Recipe = {},
): Promise<{ report: ValidationReport; environment: Environment }> {
  const before = await fingerprint(directory);
  const environment = await openEnvironment({ directory });
  try {
    const reading = await readArtifactFolder(await writeArtifact(folder, repository, recipe));
    const report = await validateArtifact(reading, environment, { runner, rules: { repeats: 1 } });
    return { report, environment };
  } finally {
    await environment.close();
    expect(await fingerprint(directory)).toBe(before);
  }
}

async function codeOf(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EnvironmentError);
  expect((error as Error).message).toMatch(/\w+ .*\./);
  return (error as EnvironmentError).code;
}

test('what is no repository is an error that says so', async () => {
  const empty = await scratchFor('empty');
  const unborn = await scratchFor('unborn');
  await git(unborn, 'init', '--quiet');
  const file = join(empty, 'file');
  await writeFile(file, 'x');
  const codes = {
    missing: await codeOf(openEnvironment({ directory: join(empty, 'nothing') })),
    file: await codeOf(openEnvironment({ directory: file })),
    unborn: await codeOf(openEnvironment({ directory: unborn })),
    revisionOfNone: await codeOf(openEnvironment({ directory: empty, revision: 'HEAD' })),
    unknownRevision: await codeOf(openEnvironment({ directory: repository, revision: 'no-such-branch' })),
    optionAsRevision: await codeOf(openEnvironment({ directory: repository, revision: '--output=/tmp/x' })),
  };
  expect(new Set(Object.values(codes)).size).toBeGreaterThan(2);
  expect(codes).toMatchInlineSnapshot(`
    {
      "file": "not-a-directory",
      "missing": "not-found",
      "optionAsRevision": "unknown-revision",
      "revisionOfNone": "not-a-repository",
      "unborn": "no-commit",
      "unknownRevision": "unknown-revision",
    }
  `);
});

test('a dirty repository is judged at its commit, with a warning, and stays dirty', async () => {
  const dirty = await scratchFor('dirty');
  await git(dirty, 'clone', '--quiet', repository, '.');
  await writeTree(dirty, { 'shop/prices.py': 'syntax error (\n', 'tests/test_stock.py': null, 'untracked.py': 'x' });
  await git(dirty, 'add', 'tests');
  const { report, environment } = await judgeIn(dirty);
  expectValid(report);
  expect(environment.warnings.join()).toMatch(/[Uu]ncommitted/);
});

test('a bare repository and a linked work tree are judged like any other', async () => {
  const bare = await scratchFor('bare');
  await git(bare, 'clone', '--quiet', '--bare', repository, '.');
  expectValid((await judgeIn(bare)).report);
  const linked = await scratchFor('linked');
  await git(bare, 'worktree', 'add', '--quiet', '--force', join(linked, 'tree'), 'main');
  expectValid((await judgeIn(join(linked, 'tree'))).report);
});

test('a plain directory is judged as it stands', async () => {
  const plain = await scratchFor('plain');
  await writeTree(plain, SHOP);
  const { report, environment } = await judgeIn(plain);
  expectValid(report);
  expect(environment.kind).toBe('directory');
});

test('submodules are left out and links kept', async () => {
  const outer = await makeRepository({
    ...SHOP,
    'outside.txt': { link: '/etc/passwd' },
    dangling: { link: 'nowhere/at/all' },
    loop: { link: 'loop' },
  });
  scratch.push(outer);
  const module = await makeRepository({ 'secret.txt': 'x\n' });
  scratch.push(module);
  execFileSync('git', ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', module, 'module'], {
    cwd: outer,
    stdio: 'ignore',
  });
  await git(outer, 'commit', '--quiet', '--message', 'Module');
  expectValid((await judgeIn(outer)).report);
});

test('a repository without tests and one whose suite fails are invalid at test-script', async () => {
  const untested = await makeRepository(
    Object.fromEntries(
      Object.entries(SHOP).filter(([path]) => !path.startsWith('tests/') || path.endsWith('__init__.py')),
    ),
  );
  scratch.push(untested);
  const bug = edited('shop/prices.py', 'cents + cents * percent', 'cents - cents * percent');
  const withoutTests = await judgeIn(untested, {
    bug,
    testFiles: 'tests/__init__.py\n',
    weaken: Buffer.from('diff --git a/tests/__init__.py b/tests/__init__.py\nold mode 100644\nnew mode 100755\n'),
  });
  expectFailureAt(withoutTests.report, 'test-script', /found 0/);
  const failing = await makeRepository({
    ...SHOP,
    ...edited('shop/stock.py', 'return self.counts.get(name, 0)', 'return 1'),
  });
  scratch.push(failing);
  expectFailureAt((await judgeIn(failing)).report, 'test-script', /\d of 15 fail/);
});
