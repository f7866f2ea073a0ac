import { createTestRunner, EvaluationError, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tallybookCandidates } from '../../test-support/tallybook-candidates.js';
import { type TallybookTask, tallybookTask } from '../../test-support/tallybook-task.js';
import { believing, writtenTest } from '../../test-support/written-tests.js';
import type { CandidateEvidence, PatchTestMatrix, WrittenTest } from './evidence.js';
import { gatherMatrix } from './gather-matrix.js';

let provider: SandboxProvider;
let runner: TestRunner;
let bug: TallybookTask;
let candidates: Awaited<ReturnType<typeof tallybookCandidates>>;
let tests: WrittenTest[];

beforeAll(async () => {
  provider = await createSandboxProvider();
  runner = createTestRunner({ provider, jobs: 2 });
  bug = await tallybookTask();
  candidates = await tallybookCandidates(bug);
  const { selection } = bug;
  tests = [
    await writtenTest(selection, 'leap', {
      leap_year: 'self.assertEqual(add_months(date(2024, 1, 31), 1), date(2024, 2, 29))',
      thirty_days: 'self.assertEqual(add_months(date(2024, 8, 31), 1), date(2024, 9, 30))',
      same_day: 'self.assertEqual(add_months(date(2024, 8, 3), 1), date(2024, 9, 3))',
    }),
    await writtenTest(selection, 'passing', { length: 'self.assertEqual(days_in_month(2024, 2), 29)' }),
    believing(
      await writtenTest(selection, 'lines', {
        lines: 'self.assertEqual(add_months(date(2023, 1, 31), 1), date(2023, 2, 28))',
      }),
    ),
  ];
});

afterAll(async () => {
  await provider.close();
});

function byId(matrix: PatchTestMatrix): Record<string, CandidateEvidence> {
  return Object.fromEntries(matrix.candidates.map((evidence) => [evidence.id, evidence]));
}

test('counts per patch and test, with regressions, what was failing and what was passing before', async () => {
  const before = { ...runner.counts };
  const progress: number[][] = [];
  const matrix = await gatherMatrix(bug.selection, Object.values(candidates), tests, {
    runner,
    onProgress: ({ done, total }) => progress.push([done, total]),
  });

  expect(
    matrix.baselines.map(({ testId, status, failBefore, passBefore }) => [testId, status, failBefore, passBefore]),
  ).toEqual([
    ['leap', 'kept', 2, 1],
    ['passing', 'passing', 0, 1],
    ['lines', 'kept', 1, 0],
  ]);
  expect(matrix.tests.map(({ id }) => id)).toEqual(['leap', 'lines']);
  expect(matrix.regressionTests?.length).toBe(13);

  const found = byId(matrix);
  const leap = (failToPass: number, passToPass: number) => ({ failBefore: 2, passBefore: 1, failToPass, passToPass });
  const lines = (failToPass: number) => ({ failBefore: 1, passBefore: 0, failToPass, passToPass: 0 });
  expect(found.right).toMatchObject({ status: 'ready', regressionFailures: [], counts: [leap(2, 1), lines(1)] });
  expect(found.halfRight).toMatchObject({ regressionFailures: [], counts: [leap(1, 1), lines(1)] });
  expect(found.breaking).toMatchObject({ counts: [leap(0, 1), lines(0)] });
  const brokenId = 'tests.test_dates.MonthTest.test_days_in_month_knows_leap_years';
  expect(found.breaking).toMatchObject({ regressionFailures: expect.arrayContaining([brokenId]) });
  // What cheats passes nothing: neither what it fails nor what it would have passed.
  expect(found.printsSuccess).toMatchObject({ counts: [leap(0, 1), lines(0)] });
  expect(found.tampers).toMatchObject({ counts: [leap(0, 0), lines(0)] });
  expect(found.rightWithConftest).toEqual({ ...found.right, id: 'rightWithConftest' });
  expect(
    ['empty', 'malformed', 'onlyConftest', 'spoilsTests'].map((id) => {
      const evidence = found[id]!;
      return evidence.status === 'none' ? evidence.why : evidence;
    }),
  ).toEqual(['empty', 'refused', 'without-effect', 'without-effect']);

  // 4 baselines, and of 10 candidates 6 that are run 3 times each; two of them are one state.
  const { tally } = matrix;
  expect(tally.requested).toBeGreaterThanOrEqual(4 + 6 * 3);
  expect(tally.distinct).toBeLessThanOrEqual(tally.requested - 3);
  expect(runner.counts.executed - before.executed).toBe(tally.executed);
  expect(tally.executed + tally.cached).toBe(tally.distinct);
  expect(progress.at(-1)![0]).toBe(tally.requested);
  expect(progress.every(([done, total]) => done! <= total!)).toBe(true);

  const again = await gatherMatrix(bug.selection, Object.values(candidates), tests, { runner });
  expect(again).toEqual({ ...matrix, tally: { ...tally, executed: 0, cached: tally.distinct } });
});

test('a parser is believed only as far as the second witness goes along', async () => {
  const unwitnessed = createTestRunner({ provider, jobs: 2, isWitnessed: false });
  const lines = tests.filter(({ id }) => id === 'lines');
  const options = { runner: unwitnessed, hasRegressions: false };
  const matrix = await gatherMatrix(bug.selection, [candidates.printsSuccess], lines, options);
  expect(matrix.candidates[0]).toMatchObject({ counts: [{ failBefore: 1, failToPass: 1 }], regressionFailures: null });
  expect(matrix.tally).toEqual({ requested: 2, distinct: 2, executed: 2, cached: 0 });
});

test('a cell whose sandbox fails is null, and the others stand', async () => {
  const broken = tests[0]!;
  const failing: TestRunner = {
    ...runner,
    run(snapshot, command, options) {
      const isBroken = command === broken.command && snapshot.changes.has('tallybook/dates.py');
      if (isBroken) return Promise.reject(new EvaluationError('infra', 'The sandbox is gone.'));
      return runner.run(snapshot, command, options);
    },
  };
  const { candidates: evidence, tally } = await gatherMatrix(bug.selection, [candidates.right], tests, {
    runner: failing,
  });
  expect(evidence[0]).toMatchObject({ regressionFailures: [], counts: [null, { failToPass: 1 }] });
  expect(tally.executed + tally.cached).toBe(tally.distinct - 1);
});

test('what a policy may write for a test and cannot be run is told so, and runs nothing', async () => {
  const odd = (id: string, ...paths: string[]): WrittenTest => ({
    ...tests[0]!,
    id,
    files: new Map(paths.map((path) => [path, Buffer.from('')])),
  });
  const before = runner.counts.executed;
  const matrix = await gatherMatrix(
    bug.selection,
    [candidates.right],
    [
      odd('leaves', '../outside.py'),
      odd('replaces code', 'tallybook/dates.py'),
      odd('guarded', 'tests/conftest.py'),
      odd('directory', 'tests/test_dates.py/inner.py'),
      odd('collides', 'tests/test_a', 'tests/test_a/b.py'),
      { ...odd('counts nothing', 'tests/test_a.py'), testIds: [] },
    ],
    { runner, hasRegressions: false },
  );
  expect(matrix.baselines.map(({ status }) => status)).toEqual(Array(6).fill('unusable'));
  expect(matrix.baselines.map(({ reason }) => reason).join(' ')).toMatch(
    /contains "\.\."\..*replace tallybook\/dates.*conftest\.py.*both.*both.*no test/,
  );
  expect(matrix.candidates[0]).toMatchObject({ status: 'ready', counts: [] });
  expect(runner.counts.executed).toBe(before);
});

test('a patch, which may loop for ever, gets a bounded multiple of what its tests take without it', async () => {
  const limits: (number | undefined)[] = [];
  const watched: TestRunner = {
    ...runner,
    run(snapshot, command, options) {
      limits.push(options?.timeoutMs);
      return runner.run(snapshot, command, options);
    },
  };
  const gather = (timeoutMs?: number) =>
    gatherMatrix(bug.selection, [candidates.right], tests.slice(0, 1), {
      runner: watched,
      hasRegressions: false,
      timeoutMs,
    });
  await gather();
  await gather(9000);
  // At least 15 s and in steps of it, and never more than a run may take at all.
  expect([limits[0], limits[1]! % 15_000, limits[1]! <= 90_000]).toEqual([undefined, 0, true]);
  expect(limits.slice(2)).toEqual([9000, 9000]);
});

test('ends when it is told to, with its reason and without runs left behind', async () => {
  const controller = new AbortController();
  const fresh = createTestRunner({ provider, jobs: 1, limits: { timeoutMs: 50_000 } });
  const gathering = gatherMatrix(bug.selection, [candidates.right], tests, {
    runner: fresh,
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  });
  await expect(gathering).rejects.toThrow('enough');
  const { executed } = fresh.counts;
  await expect(gatherMatrix(bug.selection, [], tests, { runner: fresh, signal: controller.signal })).rejects.toThrow(
    'enough',
  );
  expect(fresh.counts.executed).toBe(executed);
});
