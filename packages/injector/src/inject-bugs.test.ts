import { type BugArtifact, createArtifact } from '@swe-selfplay/artifact';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkbench, SMALL_LIBRARY, type Workbench } from '../test-support/small-library.js';
import { injectBugs, type SeedOutcome, type Validation } from './inject-bugs.js';
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

async function collect(options: { count: number; maxSeeds?: number }): Promise<SeedOutcome<Validation>[]> {
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
