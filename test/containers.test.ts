import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BugArtifact,
  createArtifact,
  createProceduralInjector,
  createTask,
  diffSnapshots,
  type Environment,
  evaluatePatch,
  extractImageDirectory,
  openEnvironment,
  openSession,
  printPatch,
  reversePatch,
  type Session,
  type SolverTask,
  STRATEGIES,
  validateArtifact,
  withFiles,
} from 'swe-selfplay';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRepository } from '../examples/tallybook/make-repository.mjs';
import { findTestEngine } from '../packages/sandbox/test-support/container-engine.js';
import { scratchDirectory } from './support/scratch-repository.js';

const WORKDIR = '/testbed';

const search = await findTestEngine();
const skipped = search.status === 'absent' ? `SKIPPED: nothing is played in containers: ${search.reason}` : undefined;
if (skipped !== undefined) console.warn(skipped);

describe.skipIf(search.status === 'absent')(skipped ?? 'a repository that lies in an image', () => {
  const engine = search.status === 'found' ? search.engine : undefined!;
  let folder: string;
  let image: string;
  let directory: string;
  let environment: Environment;
  let session: Session;
  let artifact: BugArtifact;
  let task: SolverTask;

  beforeAll(async () => {
    folder = await scratchDirectory('containers');
    await makeRepository(join(folder, 'tallybook'));
    image = await engine.addDirectory(join(folder, 'tallybook'), WORKDIR);
    const extracted = await extractImageDirectory({ image, host: engine.host, cacheDirectory: join(folder, 'cache') });
    directory = extracted.directory;
    environment = await openEnvironment({ directory });
    session = await openSession({
      container: { image, host: engine.host },
      cacheDirectory: join(folder, 'cache'),
      jobs: 2,
    });
  }, 180_000);

  afterAll(async () => {
    await session?.close();
    await environment?.close();
    if (image !== undefined) await engine.removeImage(image);
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is the environment that its directory would be, with its history', async () => {
    const original = await openEnvironment({ directory: join(folder, 'tallybook') });
    expect(environment).toMatchObject({ digest: original.digest, revision: original.revision, kind: 'git-revision' });
    expect(environment.warnings).toEqual(original.warnings);
    await original.close();
  });

  test('is copied out of the image once', async () => {
    const kept = join(directory, 'README.md');
    const before = existsSync(kept) ? readFileSync(kept) : undefined;
    const again = await extractImageDirectory({ image, host: engine.host, cacheDirectory: join(folder, 'cache') });
    expect([again.directory, again.workdir]).toEqual([directory, WORKDIR]);
    expect(before && readFileSync(kept)).toEqual(before);
  });

  test('is broken by an injector, and the bug is valid', { timeout: 180_000 }, async () => {
    const injector = createProceduralInjector({ strategy: STRATEGIES.mutation!() });
    for (let seed = 1; artifact === undefined && seed < 4; seed += 1) {
      const injection = await injector.inject(environment, { seed, runner: session.runner });
      if (injection.status === 'submitted') artifact = injection.artifact;
    }
    const report = await validateArtifact(artifact, environment, { runner: session.runner });
    expect(report.checks.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(report.status).toBe('valid');
    task = await createTask({ ...report, original: environment.original, artifact });
  });

  test('grades the true fix as solved and a patch that changes nothing as not', { timeout: 120_000 }, async () => {
    const reversal = reversePatch(artifact.bugInject);
    if (reversal.status !== 'reversed') throw new Error('Expected a reversible bug.');
    const evaluation = await evaluatePatch(task.grading, printPatch(reversal.patch), { runner: session.runner });
    expect(evaluation).toMatchObject({ status: 'solved' });
    const note = withFiles(task.view.snapshot, [['NOTES.md', { mode: '100644', content: Buffer.from('Done.\n') }]]);
    const nothing = printPatch(await diffSnapshots(task.view.snapshot, note));
    expect(await evaluatePatch(task.grading, nothing, { runner: session.runner })).toMatchObject({
      status: 'unsolved',
    });
  });

  test('outlasts hostile scripts, which are invalid and leave nothing', { timeout: 180_000 }, async () => {
    const scripts = {
      'fork bomb': 'f() { f | f & }; f; sleep 100\n',
      'memory hog': `python3 -c 'x = []\nwhile True: x.append(bytearray(b"x") * (50 << 20))'\n`,
      daemon: '(setsid sleep 1000 &); exit 0\n',
    };
    const statuses = Object.entries(scripts).map(async ([name, script]) => {
      const hostile = createArtifact({
        script,
        parser: artifact.testCommand.parser,
        testFiles: artifact.testFiles,
        bugInject: printPatch(artifact.bugInject),
        testWeaken: printPatch(artifact.testWeaken),
      });
      const rules = { timeoutMs: 3_000 };
      return [name, (await validateArtifact(hostile, environment, { runner: session.runner, rules })).status];
    });
    expect(await Promise.all(statuses)).toEqual(Object.keys(scripts).map((name) => [name, 'invalid']));
  });
});
