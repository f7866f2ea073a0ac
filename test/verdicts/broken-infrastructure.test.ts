import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createSandboxProvider,
  createTask,
  createTestRunner,
  evaluatePatch,
  loadArtifact,
  openEnvironment,
  type SandboxProvider,
  type ValidationReport,
  validateArtifact,
} from 'swe-selfplay';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TAX_BUG, TAX_FIX, TAX_WEAKENING, writeArtifact } from '../support/artifact-recipe.js';
import { type Court, expectFailureAt, expectValid, openCourt } from '../support/court.js';
import { diffsOf, makeRepository, scratchDirectory } from '../support/scratch-repository.js';
import { SHOP } from '../support/shop-project.js';

let folder: string;
let repository: string;

beforeAll(async () => {
  folder = await scratchDirectory('broken');
  repository = await makeRepository(SHOP);
});

afterAll(async () => {
  for (const directory of [folder, repository]) await rm(directory, { recursive: true, force: true });
});

async function judge(
  provider: SandboxProvider,
  options: { cacheDirectory?: string; onProblem?: (message: string) => void } = {},
): Promise<ValidationReport> {
  const environment = await openEnvironment({ directory: repository });
  try {
    const artifact = await loadArtifact(await writeArtifact(folder, repository));
    const runner = createTestRunner({ provider, ...options });
    return await validateArtifact(artifact, environment, { runner, rules: { repeats: 1 } });
  } finally {
    await environment.close();
    await provider.close();
  }
}

/** What must hold of a verdict that could not be reached: nothing is decided, and the check that was on says why. */
function expectUndecided(report: ValidationReport): void {
  expect(report).toMatchObject({
    status: 'infra',
    valid: false,
    failToPass: [],
    passToPass: [],
    runs: { executed: 0, cached: 0 },
  });
  const on = report.checks.find(({ status }) => status === 'error');
  expect(on).toMatchObject({ id: 'test-script', reason: expect.stringContaining('sandbox failed') as string });
  expect(report.checks.map(({ status }) => status)).toEqual([
    'passed',
    'passed',
    'passed',
    'error',
    ...Array<string>(5).fill('skipped'),
  ]);
}

test('a sandbox whose own files were taken away decides nothing', async () => {
  const cache = join(folder, 'gone');
  await mkdir(cache);
  const provider = await createSandboxProvider({ cacheDirectory: cache });
  await rm(cache, { recursive: true });
  const startedAt = performance.now();
  expectUndecided(await judge(provider));
  // Three attempts with a pause between them.
  expect(performance.now() - startedAt).toBeGreaterThan(500);
});

test('a sandbox that was closed decides nothing', async () => {
  const provider = await createSandboxProvider({ cacheDirectory: join(folder, 'closed') });
  await provider.close();
  expectUndecided(await judge(provider));
});

test.skipIf(process.getuid?.() !== 0)('a full disk under the sandbox decides nothing', async () => {
  const disk = join(folder, 'disk');
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk]);
  try {
    const provider = await createSandboxProvider({ cacheDirectory: disk });
    execFileSync('sh', ['-c', `dd if=/dev/zero of=${disk}/filler bs=1k 2>/dev/null || true`]);
    expectUndecided(await judge(provider));
  } finally {
    execFileSync('umount', [disk]);
  }
});

test('a place where nothing can be kept is an error of the sandbox that names it', async () => {
  const file = join(folder, 'file');
  await writeFile(file, 'x');
  await expect(createSandboxProvider({ cacheDirectory: join(file, 'below') })).rejects.toMatchObject({
    name: 'SandboxError',
    code: 'sandbox-failed',
    message: expect.stringContaining(file) as string,
  });
});

test.skipIf(process.getuid?.() !== 0)('a full disk under the cache of runs costs nothing but the cache', async () => {
  const disk = join(folder, 'small');
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', disk]);
  try {
    execFileSync('sh', ['-c', `dd if=/dev/zero of=${disk}/filler bs=1k 2>/dev/null || true`]);
    const problems: string[] = [];
    const provider = await createSandboxProvider({ cacheDirectory: join(folder, 'plain') });
    expectValid(await judge(provider, { cacheDirectory: disk, onProblem: (message) => problems.push(message) }));
    expect(problems).toHaveLength(1);
  } finally {
    execFileSync('umount', [disk]);
  }
});

test('a failure that shows before the sandbox breaks is a verdict all the same', async () => {
  const cache = join(folder, 'late');
  const court: Court = await openCourt();
  try {
    const provider = await createSandboxProvider({ cacheDirectory: cache });
    await provider.close();
    const runner = createTestRunner({ provider });
    const artifact = await loadArtifact(
      await writeArtifact(folder, repository, { testFiles: 'tests/test_orders.py\n' }),
    );
    for (const runAll of [false, true]) {
      const report = await validateArtifact(artifact, court.environment, { runner, runAll });
      expect(report.status).toBe('invalid');
      if (!runAll) expectFailureAt(report, 'test-files');
    }
  } finally {
    await court.close();
  }
});

test('a patch is neither solved nor unsolved when the sandbox breaks, and graded when it is well again', async () => {
  const court = await openCourt();
  try {
    const report = await court.validate({});
    const artifact = await loadArtifact(await writeArtifact(folder, court.repository));
    const { grading } = await createTask({ original: court.environment.original, artifact, ...report });
    const patch = (await diffsOf(court.repository, [TAX_BUG, TAX_WEAKENING, TAX_FIX])).at(-1)!;
    const broken = await createSandboxProvider({ cacheDirectory: join(folder, 'broken') });
    await broken.close();
    const runner = createTestRunner({ provider: broken });
    expect(await evaluatePatch(grading, patch, { runner })).toMatchObject({ status: 'infra', failed: [], missing: [] });
    expect(await evaluatePatch(grading, patch, { runner: court.runner })).toMatchObject({ status: 'solved' });
  } finally {
    await court.close();
  }
});
