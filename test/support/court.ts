import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createSandboxProvider,
  createTestRunner,
  type Environment,
  openEnvironment,
  readArtifactFolder,
  type SandboxProvider,
  type TestRunner,
  type ValidationReport,
  validateArtifact,
} from 'swe-selfplay';
import { expect } from 'vitest';
import { type Recipe, writeArtifact } from './artifact-recipe.js';
import { fingerprint, makeRepository, scratchDirectory, type Tree } from './scratch-repository.js';
import { SHOP } from './shop-project.js';

type ValidateOptions = Parameters<typeof validateArtifact>[2];
type Limits = NonNullable<Parameters<typeof createTestRunner>[0]['limits']>;

/** Bounds small enough that a hostile script meets them at once. */
export const TIGHT: Limits = {
  memoryBytes: 512 * 1024 ** 2,
  maxProcesses: 64,
  maxOutputBytes: 4 * 1024 ** 2,
  diskBytes: 64 * 1024 ** 2,
};

const PARSER_TIGHT: Limits = { ...TIGHT, timeoutMs: 5000 };

export type CourtOptions = Partial<Omit<ValidateOptions, 'runner'>>;

/** A repository, a sandbox and a runner: everything a verdict needs, and what must be left as it was. */
export interface Court {
  readonly repository: string;
  /** A temporary directory of this court, in which nothing of the library may stay. */
  readonly folder: string;
  readonly environment: Environment;
  readonly provider: SandboxProvider;
  readonly runner: TestRunner;
  /** Writes the artifact of a recipe and validates it as it lies on disk. */
  validate(recipe: Recipe, options?: CourtOptions): Promise<ValidationReport>;
  /** Ends everything and expects the machine and the repository to be as they were. */
  close(): Promise<void>;
}

/** Opens a court on a project. The temporary files of the library go to a directory of its own, to be seen. */
export async function openCourt(tree: Tree = SHOP): Promise<Court> {
  const folder = await scratchDirectory('court');
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const repository = await makeRepository(tree);
  const before = await fingerprint(repository);
  const outside = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  const mountsBefore = await readFile('/proc/self/mountinfo', 'utf8');
  const environment = await openEnvironment({ directory: repository });
  const provider = await createSandboxProvider({ cacheDirectory: join(folder, 'cache') });
  const runner = createTestRunner({ provider, jobs: 2, limits: TIGHT, parserLimits: PARSER_TIGHT });
  return {
    repository,
    folder,
    environment,
    provider,
    runner,
    async validate(recipe, options = {}) {
      const artifact = await writeArtifact(join(folder, 'artifacts'), repository, recipe);
      const { rules, ...rest } = options;
      return validateArtifact(await readArtifactFolder(artifact), environment, {
        runner,
        rules: { timeoutMs: 30_000, ...rules },
        ...rest,
      });
    },
    async close() {
      await provider.close();
      await environment.close();
      if (outside === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = outside;
      expect(await fingerprint(repository)).toBe(before);
      expect(await readdir(temporary)).toEqual([]);
      expect(await readFile('/proc/self/mountinfo', 'utf8')).toBe(mountsBefore);
      expect(await controlGroupsOfThisProcess()).toEqual([]);
      for (const directory of [folder, repository]) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Expects an artifact to be invalid at exactly this check: no failure before it, nothing judged behind it. */
export function expectFailureAt(report: ValidationReport, id: string, reason?: RegExp): void {
  const verdicts = report.checks.map((check) => `${check.id} ${check.status}: ${check.reason}`).join('\n');
  const failures = report.checks
    .filter(({ status }) => status === 'failed' || status === 'error')
    .map((check) => check.id);
  expect(failures, verdicts).toEqual([id]);
  expect(report.status, verdicts).toBe('invalid');
  expect(report.valid).toBe(false);
  const at = report.checks.findIndex((check) => check.id === id);
  const behind = report.checks.slice(at + 1);
  expect(
    behind.every(({ status }) => status === 'skipped'),
    verdicts,
  ).toBe(true);
  // Tests cannot be counted where no parser can be trusted: the one check that may be left open on the way.
  const before = report.checks.slice(0, at).filter(({ status }) => status !== 'passed');
  expect(
    before.map((check) => check.id).filter((each) => !(id === 'test-parser' && each === 'test-script')),
    verdicts,
  ).toEqual([]);
  if (reason !== undefined) expect(report.checks[at]!.reason).toMatch(reason);
}

/** Expects an artifact to be valid, with what each check found where it is not. */
export function expectValid(report: ValidationReport): void {
  expect(report.checks.filter(({ status }) => status !== 'passed')).toEqual([]);
  expect(report.status).toBe('valid');
  expect(report.valid).toBe(true);
}

/** Processes of the machine that have a text in their arguments or environment, this one left out. */
export async function processesWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (Number(id) === process.pid) continue;
    for (const file of ['cmdline', 'environ']) {
      const content = await readFile(`/proc/${id}/${file}`, 'latin1').catch(() => '');
      if (content.includes(text)) found.push(`${id} ${content.replaceAll('\0', ' ').slice(0, 200)}`);
    }
  }
  return found;
}

async function controlGroupsOfThisProcess(): Promise<string[]> {
  const names = await readdir('/sys/fs/cgroup', { recursive: true }).catch(() => []);
  return names.filter((name) => new RegExp(`-${process.pid}-\\d+$`).test(name));
}
