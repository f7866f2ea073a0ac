import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRepository } from '../examples/tallybook/make-repository.mjs';
import { startModelServer } from '../packages/adapter/test-support/model-server/model-server.js';
import { createTallybookModel } from './support/tallybook-players.js';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');

let folder: string;
let programs: Map<string, string>;

beforeAll(async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  programs = new Map(
    [...readme.matchAll(/<!-- run: (\w+) -->\n```js\n([\s\S]*?)```/g)].map((match) => [match[1]!, match[2]!]),
  );
  // Below the root, so that the library is found as it is from a user's project.
  await mkdir(join(ROOT, '.swe-selfplay'), { recursive: true });
  folder = await mkdtemp(join(ROOT, '.swe-selfplay', 'readme-'));
  await makeRepository(join(folder, 'my-repository'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a program prints; `edit` puts something of this test in the place of what it names. */
async function outputOf(name: string, edit = (program: string) => program): Promise<string> {
  await writeFile(join(folder, `${name}.mjs`), edit(programs.get(name)!));
  const { stdout } = await run('node', [`${name}.mjs`], { cwd: folder });
  return stdout;
}

test('the readme has a program for each use, and each is short', () => {
  expect([...programs.keys()]).toEqual(['pipeline', 'dataset', 'rule', 'model', 'methods']);
  for (const program of programs.values()) expect(program.trim().split('\n').length).toBeLessThanOrEqual(14);
});

test('the program for RL pipelines prints the rewards of both roles', { timeout: 240_000 }, async () => {
  const lines = (await outputOf('pipeline')).trim().split('\n');
  expect(lines.filter((line) => /^injector .*-?\d/.test(line)).length).toBeGreaterThan(0);
  expect(lines.filter((line) => /^solver \d+ -?1$/.test(line))).toHaveLength(4);
});

test('the program for datasets writes what is valid', { timeout: 240_000 }, async () => {
  const lines = (await outputOf('dataset')).trim().split('\n');
  expect(lines.filter((line) => /^\d+ valid \d+$/.test(line))).toHaveLength(2);
  expect(await readdir(join(folder, 'bugs'))).toHaveLength(2);
});

test('the program for validity rules judges evidence', async () => {
  expect(await outputOf('rule')).toBe('passed failed\n');
});

test('the program for methods computes advantages and chooses', async () => {
  expect(await outputOf('methods')).toBe('[ 1, -0.5, -0.5, null ]\n0.9166666666666666\n1\n');
});

test('the program for models plays both roles with one, and has steps to train on', { timeout: 120_000 }, async () => {
  const model = createTallybookModel({ solves: (seed) => seed % 2 === 0 });
  const server = await startModelServer({ engine: 'vllm', modelName: 'my-model', model });
  try {
    const output = await outputOf('model', (program) => program.replace('http://localhost:8000/v1', server.url));
    const [capture, reward] = output.trim().split('\n');
    expect(capture).toMatch(/^train The server returns token ids and log-probabilities/);
    // The injector takes 13 turns, each of four attempts 6.
    expect(reward).toMatch(/^-?[\d.]+ 37$/);
    expect(server.failures).toEqual([]);
  } finally {
    await server.close();
  }
});
