import { type BugArtifact, touchedPaths } from '@swe-selfplay/artifact';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkbench, SMALL_LIBRARY, type Workbench } from '../../test-support/small-library.js';
import { STRATEGIES } from '../strategies.js';
import { validateArtifact } from '../validate-artifact.js';
import { createProceduralInjector } from './create-procedural-injector.js';

const SEEDS = [1, 2];
/** Every seed is some runs of the suite; a busy machine is ten times as slow. */
const TIMEOUT_MS = 180_000;

describe.each(Object.keys(STRATEGIES))('the strategy %s', (strategy) => {
  let bench: Workbench;
  let artifacts: BugArtifact[];

  beforeAll(async () => {
    bench = await openWorkbench(SMALL_LIBRARY);
    artifacts = await injectAll(strategy, bench);
  }, TIMEOUT_MS);
  afterAll(() => bench.close());

  test(
    'makes artifacts that validation finds valid',
    async () => {
      for (const artifact of artifacts) {
        const report = await validateArtifact(artifact, bench.environment, { runner: bench.runner });
        expect(report.checks.filter(({ status }) => status !== 'passed')).toEqual([]);
        expect(report.failToPass.length).toBeGreaterThan(0);
      }
    },
    TIMEOUT_MS,
  );

  test('breaks library code alone, and weakens listed test files alone', () => {
    for (const { bugInject, testWeaken, testFiles } of artifacts) {
      for (const path of touchedPaths(bugInject)) expect(['shop/basket.py', 'shop/prices.py']).toContain(path);
      expect(touchedPaths(testWeaken)).toEqual(['tests/test_shop.py']);
      expect(testFiles).toEqual(['tests/__init__.py', 'tests/test_shop.py']);
    }
  });

  test('leaves no comment that tells of the bug', () => {
    for (const { files } of artifacts) {
      const added = Buffer.from(files['bug_inject.diff'])
        .toString()
        .split('\n')
        .filter((line) => /^\+(?!\+\+)/.test(line));
      expect(added.filter((line) => line.includes('#'))).toEqual([]);
    }
  });

  test(
    'gives the same artifact for the same seed, in another injector and place, and others for other seeds',
    async () => {
      const elsewhere = await openWorkbench(SMALL_LIBRARY);
      try {
        const again = await injectAll(strategy, elsewhere);
        expect(again.map(({ id }) => id)).toEqual(artifacts.map(({ id }) => id));
      } finally {
        await elsewhere.close();
      }
      expect(new Set(artifacts.map(({ id }) => id)).size).toBe(SEEDS.length);
    },
    TIMEOUT_MS,
  );

  test('says in the provenance what it did', () => {
    for (const [index, { provenance }] of artifacts.entries()) {
      expect(provenance).toMatchObject({ strategy, seed: SEEDS[index], policy: 'procedural' });
      expect(provenance?.details?.steps).not.toEqual([]);
    }
  });
});

test('gives up with a reason where there are no tests', async () => {
  const bench = await openWorkbench({ ...SMALL_LIBRARY, 'tests/test_shop.py': undefined });
  try {
    const injector = createProceduralInjector({ strategy: STRATEGIES.mutation!() });
    const injection = await injector.inject(bench.environment, { seed: 1, runner: bench.runner });
    expect(injection).toMatchObject({
      status: 'gave-up',
      reason: expect.stringMatching(/no pytest or unittest tests/),
    });
  } finally {
    await bench.close();
  }
});

test('gives up with counts where no change is noticed', async () => {
  const deaf = `import unittest\nclass Deaf(unittest.TestCase):\n${Array.from({ length: 12 }, (_, index) => `    def test_${index}(self): pass\n`).join('')}`;
  const bench = await openWorkbench({ ...SMALL_LIBRARY, 'tests/test_shop.py': deaf });
  try {
    const injector = createProceduralInjector({ strategy: STRATEGIES.removal!(), maxTries: 3 });
    const injection = await injector.inject(bench.environment, { seed: 1, runner: bench.runner });
    expect(injection).toEqual({ status: 'gave-up', reason: 'No bug in 3 tries (no test fails: 3).' });
  } finally {
    await bench.close();
  }
});

test('ends with the reason of its signal', async () => {
  const bench = await openWorkbench(SMALL_LIBRARY);
  try {
    const injector = createProceduralInjector({ strategy: STRATEGIES.mutation!() });
    const options = { seed: 1, runner: bench.runner, signal: AbortSignal.abort(new Error('enough')) };
    await expect(injector.inject(bench.environment, options)).rejects.toThrow('enough');
    const injection = await injector.inject(bench.environment, { seed: 1, runner: bench.runner });
    expect(injection.status).toBe('submitted');
  } finally {
    await bench.close();
  }
});

async function injectAll(strategy: string, { environment, runner }: Workbench): Promise<BugArtifact[]> {
  const injector = createProceduralInjector({ strategy: STRATEGIES[strategy]!() });
  const artifacts: BugArtifact[] = [];
  for (const seed of SEEDS) {
    const injection = await injector.inject(environment, { seed, runner });
    if (injection.status === 'gave-up') throw new Error(injection.reason);
    artifacts.push(injection.artifact);
  }
  return artifacts;
}
