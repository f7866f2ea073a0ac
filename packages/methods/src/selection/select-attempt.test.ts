import { createRandom } from '@swe-selfplay/artifact';
import { createTestRunner, EvaluationError, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tallybookCandidates } from '../../test-support/tallybook-candidates.js';
import { type TallybookTask, tallybookTask } from '../../test-support/tallybook-task.js';
import { writtenTest } from '../../test-support/written-tests.js';
import type { CandidatePatch, WrittenTest } from '../evidence/evidence.js';
import { compareMethods } from './compare-methods.js';
import { type SelectAttemptOptions, selectAttempt } from './select-attempt.js';
import { SELECTION_METHODS, type SelectionMethod } from './selection-method.js';

let provider: SandboxProvider;
let runner: TestRunner;
let bug: TallybookTask;
let known: Awaited<ReturnType<typeof tallybookCandidates>>;
let tests: WrittenTest[];

beforeAll(async () => {
  provider = await createSandboxProvider();
  runner = createTestRunner({ provider, jobs: 2 });
  bug = await tallybookTask();
  known = await tallybookCandidates(bug);
  const { selection } = bug;
  tests = [
    await writtenTest(selection, 'leap', {
      leap_year: 'self.assertEqual(add_months(date(2024, 1, 31), 1), date(2024, 2, 29))',
      same_day: 'self.assertEqual(add_months(date(2024, 8, 3), 1), date(2024, 9, 3))',
    }),
    await writtenTest(selection, 'thirty', {
      thirty_days: 'self.assertEqual(add_months(date(2024, 8, 31), 1), date(2024, 9, 30))',
    }),
  ];
});

afterAll(async () => {
  await provider.close();
});

async function choose(
  method: SelectionMethod,
  candidates: readonly CandidatePatch[],
  options: Partial<SelectAttemptOptions> = {},
) {
  const made = await selectAttempt(method, { task: bug.selection, candidates, tests }, { runner, ...options });
  const { index } = made.selection;
  return { ...made, chosen: index === undefined ? undefined : candidates[index]!.id };
}

test('every method chooses the right patch among wrong, breaking, empty, malformed and cheating ones', async () => {
  const { halfRight, tampers, empty, breaking, malformed, onlyConftest, right } = known;
  const candidates = [halfRight, tampers, empty, breaking, malformed, onlyConftest, right];
  const chosen = await Promise.all(SELECTION_METHODS.map(async (method) => (await choose(method, candidates)).chosen));
  expect(chosen).toEqual(SELECTION_METHODS.map(() => 'right'));
});

test('the order of the candidates decides between equals alone', async () => {
  const { right, rightWithConftest, halfRight, empty, tampers } = known;
  const scored = [
    { ...right, score: 0.25 },
    { ...rightWithConftest, score: 0.25 },
    { ...halfRight, score: 0.9 },
    { ...empty, score: 0.8 },
    { ...tampers, score: 0.95 },
  ].map((candidate, iteration) => ({ ...candidate, iteration }));
  const random = createRandom(11);
  for (const method of SELECTION_METHODS) {
    const inOrder = await choose(method, scored, { deepswe: { n: 5 } });
    for (let round = 0; round < 3; round += 1) {
      const shuffled = random.shuffle(scored);
      const { chosen, selection } = await choose(method, shuffled, { deepswe: { n: 5 } });
      const firstOfEquals = shuffled.find(({ id }) => id.startsWith('right'))!.id;
      expect(chosen, method).toBe(method === 'infcode' ? 'rightWithConftest' : firstOfEquals);
      const byId = new Map(shuffled.map(({ id }, index) => [id, selection.scores[index]]));
      expect(scored.map(({ id }) => byId.get(id))).toEqual(inOrder.selection.scores);
    }
  }
});

test('a method executes what it needs and no more', async () => {
  const fresh = createTestRunner({ provider, jobs: 2 });
  const candidates = [known.right, known.rightWithConftest, known.empty];
  const kimi = await choose('kimi-dev', candidates, { runner: fresh });
  // 2 baselines, and 2 tests with two patches that are one state.
  expect(kimi.tally).toEqual({ requested: 6, distinct: 4, executed: 4, cached: 0 });
  expect(fresh.counts.executed).toBe(4);
  const critic = await choose('critic', candidates, { runner: fresh });
  expect(critic.tally).toEqual({ requested: 9, distinct: 6, executed: 2, cached: 4 });
  expect(fresh.counts.executed).toBe(6);
  expect([kimi.needs.regressions, critic.needs.regressions]).toEqual([false, true]);
  expect(kimi.matrix.regressionTests).toBeNull();
});

test('scores speak where tests do not, and a hybrid without any goes by tests', async () => {
  const { right, rightWithConftest, halfRight } = known;
  const scored = [
    { ...right, score: 0.1 },
    { ...rightWithConftest, score: 0.7 },
    { ...halfRight, score: 0.9 },
  ];
  expect((await choose('critic', scored)).chosen).toBe('rightWithConftest');
  // Half of three is one: the best by score alone.
  expect((await choose('deepswe', scored)).chosen).toBe('halfRight');
  expect((await choose('deepswe', scored, { deepswe: { n: 2 } })).chosen).toBe('rightWithConftest');
  expect((await choose('deepswe', [halfRight, right])).chosen).toBe('right');
  expect((await choose('deepswe', [halfRight, right], { deepswe: { withoutScores: 'none' } })).chosen).toBeUndefined();
});

test('where nothing was handed in, nothing is chosen', async () => {
  const candidates = [known.empty, known.malformed, known.onlyConftest];
  for (const method of SELECTION_METHODS) expect((await choose(method, candidates)).chosen, method).toBeUndefined();
});

test('a candidate whose runs fail as infra is left out, or counts as one that passes nothing', async () => {
  const isRight = (text: string) => text.includes('days_in_month(year, month)');
  const failing: TestRunner = {
    ...runner,
    run: (snapshot, command, options) =>
      isRight(Buffer.from(snapshot.changes.get('tallybook/dates.py')?.content ?? '').toString())
        ? Promise.reject(new EvaluationError('infra', 'The sandbox is gone.'))
        : runner.run(snapshot, command, options),
  };
  for (const method of SELECTION_METHODS) {
    const { chosen } = await choose(method, [known.right, known.halfRight], { runner: failing });
    expect(chosen, method).toBe('halfRight');
  }
});

test('refuses a method that there is not', async () => {
  const unknown = 'coin' as SelectionMethod;
  await expect(choose(unknown, [])).rejects.toMatchObject({ name: 'MethodError', code: 'invalid-options' });
});

test('methods are compared with chance and with a perfect choice, over bugs that have a graded attempt', async () => {
  const graded = (candidate: CandidatePatch, outcome: 'solved' | 'unsolved' | 'infra') => ({ ...candidate, outcome });
  const { right, halfRight, empty, breaking } = known;
  const bugs = [
    { id: 'mixed', candidates: [graded(halfRight, 'unsolved'), graded(right, 'solved'), graded(breaking, 'infra')] },
    { id: 'hard', candidates: [graded(halfRight, 'unsolved'), graded(empty, 'unsolved')] },
    { id: 'nothing', candidates: [graded(empty, 'unsolved')] },
    { id: 'lost', candidates: [graded(right, 'infra')] },
  ].map((each) => ({ ...each, task: bug.selection, tests }));
  const heard: string[] = [];
  const comparison = await compareMethods(bugs, {
    runner,
    methods: ['kimi-dev', 'infcode', 'kimi-dev'],
    ks: [1, 2],
    onChoice: ({ bug: id, method, chosen }) => heard.push(`${id} ${method} ${chosen}`),
  });
  expect(comparison).toMatchObject({ bugs: 3, graded: 5, solved: 1, infra: 2 });
  expect(comparison.chance).toBeCloseTo(1 / 6, 12);
  expect(comparison.passAtAll).toBeCloseTo(1 / 3, 12);
  expect(comparison.passAtK.map(({ value }) => value)).toEqual([comparison.chance, comparison.passAtAll]);
  expect(heard).toEqual(
    ['mixed', 'hard', 'nothing'].flatMap((id) => {
      const chosen = { mixed: 'right', hard: 'halfRight', nothing: 'undefined' }[id];
      return ['kimi-dev', 'infcode'].map((method) => `${id} ${method} ${chosen}`);
    }),
  );
  const [kimi] = comparison.methods;
  expect(kimi!.summary).toMatchObject({ groups: 3, chosen: 2, solved: 1, solvedAtOne: 0.5 });
  expect(kimi!.solvedShare).toBeCloseTo(1 / 3, 12);
  expect(kimi!.tally.distinct).toBe(kimi!.tally.executed + kimi!.tally.cached);
});
