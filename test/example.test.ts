import { execFile, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import git from 'isomorphic-git';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ExampleHistory, makeRepository, readHistory } from '../examples/tallybook/make-repository.mjs';

const exampleFolder = fileURLToPath(new URL('../examples/tallybook', import.meta.url));
const hasGit = spawnSync('git', ['--version']).status === 0;

let place: string;
let repository: string;
let history: ExampleHistory;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'example-test-'));
  repository = join(place, 'tallybook');
  history = await readHistory();
  await makeRepository(repository);
});

afterAll(async () => {
  await rm(place, { recursive: true, force: true });
});

test('the history gives the commit ids that are pinned, oldest first', async () => {
  const log = await git.log({ fs, dir: repository, ref: 'main' });
  expect(log.map((entry) => entry.oid).reverse()).toEqual(history.commits.map((commit) => commit.id));
  expect(log.map((entry) => entry.commit.message).reverse()).toEqual(history.commits.map((commit) => commit.message));
  expect(log[0]?.oid).toBe('2b4e9b2c60440320b1a7f939c9e5c91eb9fcb207');
  expect(log.length).toBe(24);
});

test('the history ends at the tree that is there to read', async () => {
  const shown = await readTree(join(exampleFolder, 'repository'));
  const made = await readTree(repository);
  expect([...made.keys()]).toEqual([...shown.keys()]);
  expect(made).toEqual(shown);
});

test('the repository is on its branch with a clean work tree and nothing beside it', async () => {
  expect(await git.currentBranch({ fs, dir: repository })).toBe('main');
  expect(await git.listBranches({ fs, dir: repository })).toEqual(['main']);
  const rows = await git.statusMatrix({ fs, dir: repository });
  expect(rows.filter(([, head, workdir, stage]) => head !== 1 || workdir !== 1 || stage !== 1)).toEqual([]);
  expect(await readdir(place)).toEqual(['tallybook']);
});

test.skipIf(!hasGit)('git finds the repository sound and the work tree clean', () => {
  const run = (...args: string[]) => spawnSync('git', ['-C', repository, ...args], { encoding: 'utf8' });
  expect(run('status', '--porcelain', '--ignored', '--branch').stdout).toBe('## main\n');
  expect(run('fsck', '--full', '--strict').status).toBe(0);
});

test('a second repository is the same commit by commit, and a place in use is refused', async () => {
  const second = await makeRepository(join(place, 'second'));
  expect(second.head).toBe(history.commits.at(-1)?.id);
  await expect(makeRepository(repository)).rejects.toThrow('absent or empty');
  await rm(second.directory, { recursive: true });
});

test('the suite passes at every commit, and from any folder with any hash seed and time zone', async () => {
  const counts: number[] = [];
  for (const [index, commit] of history.commits.entries()) {
    const checkout = join(place, `commit-${index + 1}`);
    await checkOut(commit.id, checkout);
    const run = await runSuite(checkout, { PYTHONHASHSEED: String(index), TZ: index % 2 === 0 ? 'UTC' : 'Asia/Tokyo' });
    expect(run, `${commit.diff}\n${run.output}`).toMatchObject({ exitCode: 0 });
    counts.push(Number(/^Ran (\d+) tests? in/m.exec(run.output)?.[1]));
    expect(await listFiles(checkout)).toEqual(await git.listFiles({ fs, dir: repository, ref: commit.id }));
    await rm(checkout, { recursive: true });
  }
  expect(counts[0]).toBeGreaterThanOrEqual(10);
  expect(counts.at(-1)).toBe(110);
}, 180_000);

test('the library has the modules and the bug fixes that are promised', async () => {
  const modules = (await readdir(join(exampleFolder, 'repository/tallybook'))).filter((name) => name.endsWith('.py'));
  expect(modules.length).toBeGreaterThanOrEqual(8);
  const fixes = history.commits.filter((commit) =>
    /^(Refuse|Keep|Do not|Import the second|Check stated|Lose no)/.test(commit.message),
  );
  expect(fixes.length).toBeGreaterThanOrEqual(5);
  for (const fix of fixes) {
    const diff = await readFile(join(exampleFolder, 'history', fix.diff), 'utf8');
    expect(diff, fix.diff).toMatch(/^\+ {4}def test_/m);
  }
});

async function checkOut(commitId: string, target: string): Promise<void> {
  const cache = {};
  for (const path of await git.listFiles({ fs, dir: repository, ref: commitId })) {
    const { blob } = await git.readBlob({ fs, dir: repository, oid: commitId, filepath: path, cache });
    await mkdir(dirname(join(target, path)), { recursive: true });
    await writeFile(join(target, path), blob);
  }
}

function runSuite(cwd: string, environment: NodeJS.ProcessEnv): Promise<{ exitCode: number; output: string }> {
  const env = { ...process.env, ...environment, PYTHONDONTWRITEBYTECODE: '1' };
  const args = ['-m', 'unittest', 'discover', '-v', '-s', 'tests', '-t', '.'];
  return new Promise((resolve) => {
    const child = execFile('python3', args, { cwd, env, timeout: 60_000 }, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, output: stdout + stderr });
    });
  });
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
}

// Bytecode is left out: somebody may have run the suite where the tree is shown.
async function readTree(folder: string): Promise<Map<string, string>> {
  const paths = (await listFiles(folder)).filter((path) => !/^\.git\/|(^|\/)__pycache__\//.test(path));
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const)),
  );
}
