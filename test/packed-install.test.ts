import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');
const PACKAGES = join(ROOT, 'packages');

/** The pinned pnpm, whether it is installed or not. */
const { packageManager } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { packageManager: string };

let scratch: string;
let project: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'packed-install-'));
  const archives = join(scratch, 'archives');
  project = join(scratch, 'project');
  await mkdir(project);
  await run('npx', ['--yes', packageManager, '-r', 'pack', '--pack-destination', archives], { cwd: PACKAGES });
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  const files = (await readdir(archives)).map((file) => join(archives, file));
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...files], { cwd: project });
}, 240_000);

afterAll(() => rm(scratch, { recursive: true, force: true }));

test('an empty project imports the library and uses it', async () => {
  const program = `
    import { expectedInjectorReward, injectorReward, validateArtifact } from 'swe-selfplay';
    console.log(typeof validateArtifact, injectorReward({ valid: true, solveRate: 0.25 }).toFixed(3));
  `;
  await writeFile(join(project, 'use.mjs'), program);
  const { stdout } = await run('node', ['use.mjs'], { cwd: project });
  expect(stdout).toBe('function 0.550\n');
});

test('an empty project finds the types', async () => {
  await writeFile(
    join(project, 'use.ts'),
    `import { injectorReward, type ValidationReport } from 'swe-selfplay';
     export const reward: number | undefined = injectorReward({ valid: false });
     export const status = (report: ValidationReport): 'valid' | 'invalid' | 'infra' => report.status;
     // @ts-expect-error a report has no such status
     export const wrong = (report: ValidationReport): 'perhaps' => report.status;\n`,
  );
  const options = [
    '--module',
    'nodenext',
    '--strict',
    '--noEmit',
    '--skipLibCheck',
    '--typeRoots',
    join(ROOT, 'node_modules/@types'),
  ];
  await run(join(ROOT, 'node_modules/.bin/tsc'), [...options, 'use.ts'], { cwd: project });
});

test('the command line works from an empty project', async () => {
  const { stdout } = await run(join(project, 'node_modules/.bin/swe-selfplay'), ['--help'], { cwd: project });
  for (const command of ['validate', 'evaluate', 'inject', 'solve', 'play', 'export', 'audit', 'select', 'simulate'])
    expect(stdout).toContain(command);
});

test('all packages are there, with prompts for models and the programs that go into the sandbox', async () => {
  const scope = join(project, 'node_modules/@swe-selfplay');
  expect([...(await readdir(scope)), 'swe-selfplay'].sort()).toEqual((await readdir(PACKAGES)).sort());
  for (const folder of [
    'injector/prompts',
    'solver/prompts',
    'methods/prompts',
    'adapter/python-lint',
    'evaluation/witness',
    'solver/leak-search',
  ]) {
    const isShipped = (name: string) => !name.includes('__pycache__');
    const names = async (parent: string) =>
      (await readdir(join(parent, folder), { recursive: true })).filter(isShipped).sort();
    expect(await names(scope)).toEqual(await names(PACKAGES));
    expect((await names(scope)).length).toBeGreaterThan(0);
  }
});

test('models can play from an empty project', async () => {
  const program = `
    import { createAgentlessSolver, createBugFixer, createPolicyInjector, createPolicySolver, createScriptedPolicy, openModelPolicy } from 'swe-selfplay';
    // All read their prompts.
    const policy = createScriptedPolicy([]);
    console.log(createPolicyInjector(policy, {}).name, createPolicySolver(policy).name);
    console.log(createBugFixer(policy).name, createAgentlessSolver(policy).name);
    await openModelPolicy({ baseUrl: 'localhost', model: 'm', format: 'auto' }).catch((error) => console.log(error.code));
  `;
  await writeFile(join(project, 'model.mjs'), program);
  const { stdout } = await run('node', ['model.mjs'], { cwd: project });
  expect(stdout).toBe('scripted scripted\nbug-fixer scripted agentless\ninvalid-options\n');

  const help = await run('npx', ['--no-install', 'swe-selfplay', 'play', '--help'], { cwd: project });
  for (const option of ['--policy', '--model', '--solver-policy', '--format']) expect(help.stdout).toContain(option);
  const half = run('npx', ['--no-install', 'swe-selfplay', 'play', '--repo', '.', '--out', 'run', '--model', 'm'], {
    cwd: project,
  });
  await expect(half).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('Expected --policy') });
});

test.each(await readdir(PACKAGES))('%s is packaged as its manifest says', async (name) => {
  const pkgDir = join(PACKAGES, name);
  const { messages, pkg } = await publint({ pkgDir, pack: false, strict: true, level: 'warning' });
  expect(messages.map((message) => formatMessage(message, pkg!))).toEqual([]);
});
