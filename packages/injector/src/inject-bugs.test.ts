import { type BugArtifact, createArtifact } from '@swe-selfplay/artifact';
import { EvaluationError } from '@swe-selfplay/evaluation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkbench, SMALL_LIBRARY, type Workbench } from '../test-support/small-library.js';
import { type InjectBugsOptions, injectBugs, type SeedOutcome, type Validation } from './inject-bugs.js';
import type { Injector } from './injector.js';

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(SMALL_LIBRARY);
});
afterAll(() => bench.close());

const anArtifact = (name: string): BugArtifact => {
  const diff = (path: string) =>
    Buffer.from(`diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-old\n+${name}\n`);
  return createArtifact({
    script: 'true\n',
    parser: 'print("{}")\n',
    testFiles: ['test_a.py'],
    bugInject: diff('a.py'),
    testWeaken: diff('test_a.py'),
  });
};

/** Gives up on seed 2, repeats itself on seed 3. */
const scripted: Injector = {
  name: 'scripted',
  inject: async (_, { seed }) =>
    seed === 2
      ? { status: 'gave-up', reason: 'tired' }
      : { status: 'submitted', artifact: anArtifact(seed === 3 ? 'bug 1' : `bug ${seed}`) },
};

const textOf = (artifact: BugArtifact) => Buffer.from(artifact.files['bug_inject.diff']).toString();

async function validate(artifact: BugArtifact): Promise<Validation> {
  if (textOf(artifact).includes('bug 4')) {
    const checks = [
      { id: 'patches-apply', status: 'passed', reason: 'fine' },
      { id: 'bug-validity', status: 'failed', reason: 'nothing broke' },
    ];
    return { status: 'invalid', checks };
  }
  return { status: textOf(artifact).includes('bug 5') ? 'infra' : 'valid' };
}

async function collect(
  options: Partial<InjectBugsOptions<Validation>> & { count: number },
): Promise<SeedOutcome<Validation>[]> {
  const outcomes: SeedOutcome<Validation>[] = [];
  const run = injectBugs(bench.environment, {
    injector: scripted,
    runner: bench.runner,
    seed: 1,
    validate,
    ...options,
  });
  for await (const outcome of run) outcomes.push(outcome);
  return outcomes;
}

test('goes on seed by seed until enough are valid, and counts why the others are not', async () => {
  const outcomes = await collect({ count: 3 });
  expect(outcomes.map(({ seed, status }) => [seed, status])).toEqual([
    [1, 'valid'],
    [2, 'gave-up'],
    [3, 'duplicate'],
    [4, 'invalid'],
    [5, 'infra'],
    [6, 'valid'],
    [7, 'valid'],
  ]);
  expect(outcomes[3]).toMatchObject({ reason: 'nothing broke' });
  expect(outcomes.at(-1)!.tally).toEqual({
    tried: 7,
    valid: 3,
    discarded: { 'gave up': 1, duplicate: 1, 'invalid: bug-validity': 1, infra: 1 },
  });
  expect(outcomes[0]!.tally).toEqual({ tried: 1, valid: 1, discarded: {} });
});

test('ends when the seeds are used up', async () => {
  const outcomes = await collect({ count: 3, maxSeeds: 4 });
  expect(outcomes.at(-1)!.tally).toMatchObject({ tried: 4, valid: 1 });
});

test('several episodes under way at once give what one after the other gives', async () => {
  let peak = 0;
  let underWay = 0;
  const slow: Injector = {
    name: 'slow',
    async inject(environment, options) {
      underWay += 1;
      peak = Math.max(peak, underWay);
      await new Promise((resolve) => setTimeout(resolve, (options.seed % 3) * 20));
      underWay -= 1;
      return scripted.inject(environment, options);
    },
  };
  const oneByOne = await collect({ count: 4 });
  expect(await collect({ count: 4, injector: slow, concurrency: 4 })).toEqual(oneByOne);
  expect(peak).toBe(4);
});

test('ends what it began and no longer needs', async () => {
  const aborted: number[] = [];
  const waiting: Injector = {
    name: 'waiting',
    inject: async (environment, options) => {
      if (options.seed === 1) return scripted.inject(environment, options);
      await new Promise((resolve) => options.signal!.addEventListener('abort', resolve));
      aborted.push(options.seed);
      throw options.signal!.reason;
    },
  };
  expect(await collect({ count: 1, injector: waiting, concurrency: 3 })).toHaveLength(1);
  expect(aborted).toEqual([2, 3]);
});

test('broken infrastructure costs a seed, and the run where it stays broken', async () => {
  const broken = (isBroken: (seed: number) => boolean): Injector => ({
    name: 'broken',
    inject: async (environment, options) => {
      if (isBroken(options.seed)) throw new EvaluationError('infra', 'The model is gone.');
      return scripted.inject(environment, options);
    },
  });
  const outcomes = await collect({ count: 2, injector: broken((seed) => seed < 3) });
  expect(outcomes.map(({ seed, status }) => [seed, status])).toEqual([
    [1, 'infra'],
    [2, 'infra'],
    [3, 'valid'],
    [4, 'invalid'],
    [5, 'infra'],
    [6, 'valid'],
  ]);
  await expect(collect({ count: 2, injector: broken(() => true) })).rejects.toThrow('The model is gone.');
});
