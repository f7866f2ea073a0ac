import { withFiles } from '@swe-selfplay/artifact';
import { createTestRunner, reportOf, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HALF_RIGHT, RIGHT, type TallybookTask, tallybookTask } from '../../test-support/tallybook-task.js';
import { writtenTest } from '../../test-support/written-tests.js';
import { rewardBugFixer, rewardTestWriter } from './role-rewards.js';

let provider: SandboxProvider;
let runner: TestRunner;
let tallybook: TallybookTask;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  tallybook = await tallybookTask();
});
afterAll(() => provider.close());

test('a patch earns 1 where all original tests pass, and else 0', async () => {
  const { grading } = tallybook.task;
  expect(await rewardBugFixer(grading, await tallybook.patchWith(RIGHT), { runner })).toMatchObject({ reward: 1 });
  expect(await rewardBugFixer(grading, await tallybook.patchWith(HALF_RIGHT), { runner })).toMatchObject({ reward: 0 });
  expect(await rewardBugFixer(grading, new Uint8Array(), { runner })).toMatchObject({ reward: 0 });
});

const SHOWS = 'self.assertEqual(add_months(date(2024, 1, 31), 1), date(2024, 2, 29))';

/** Which file is the newest: where a patch lies on top of a base, that is the one that differs. */
const NEWEST = `import os
        times = {path: os.stat(path).st_mtime_ns for path in ["tallybook/dates.py", "tallybook/money.py", "tallybook/parser.py"]}
        self.assertLess(times["tallybook/dates.py"] - max(times["tallybook/money.py"], times["tallybook/parser.py"]), 10 ** 9)`;

test.each<[string, string, 0 | 1, string, string]>([
  ['fails, then passes', SHOWS, 1, 'failed', 'passed'],
  ['fails on both', 'self.assertEqual(add_months(date(2024, 1, 31), 1), date(2024, 3, 1))', 0, 'failed', 'failed'],
  ['passes on both', 'self.assertEqual(days_in_month(2024, 2), 29)', 0, 'passed', 'passed'],
  ['passes, then fails', 'self.assertRaises(ValueError, add_months, date(2024, 1, 31), 1)', 0, 'passed', 'failed'],
  [
    'looks at the original tests',
    'self.assertIn("2024, 8, 31", open("tests/test_dates.py").read())',
    0,
    'failed',
    'failed',
  ],
  ['looks at the times of files', NEWEST, 0, 'passed', 'passed'],
  ['goes by hash seeds', 'self.assertEqual(hash("a") % 2, hash("b") % 2)', 0, 'any', 'any'],
])('a test that %s', async (name, body, reward, withoutFix, withFix) => {
  const written = await writtenTest(tallybook.selection, 'graded', { it: body });
  const isByChance = name === 'goes by hash seeds';
  const grade = await rewardTestWriter(tallybook.task.grading, written, { runner, repeats: isByChance ? 2 : 1 });
  expect(grade.reward).toBe(reward);
  if (!isByChance) expect(grade).toMatchObject({ withoutFix, withFix });
});

test('laid out as changes to a base, the times of files would tell the bug', async () => {
  const { files, command } = await writtenTest(tallybook.selection, 'graded', { it: NEWEST });
  const entries = [...files].map(([path, content]) => [path, { mode: '100644', content }] as const);
  const run = await runner.run(withFiles(tallybook.task.grading.task, entries), command);
  expect([...reportOf(run).values()]).toEqual(['failed']);
});

test('a test of no ids, and one of ids that are not there, earn nothing', async () => {
  const written = await writtenTest(tallybook.selection, 'graded', { it: SHOWS });
  const { grading } = tallybook.task;
  const absent = { ...written, testIds: ['tests.test_written_graded.Written.test_other'] };
  expect(await rewardTestWriter(grading, absent, { runner, repeats: 1 })).toMatchObject({
    reward: 0,
    withFix: 'failed',
  });
  expect(await rewardTestWriter(grading, { ...written, testIds: [] }, { runner, repeats: 1 })).toMatchObject({
    reward: 0,
  });
});

test.each(['tallybook/dates.py/test_it.py', 'tallybook/money.py', 'tests/conftest.py'])(
  "a test that stands at %s is its writer's fault, and nothing is run",
  async (path) => {
    const written = await writtenTest(tallybook.selection, 'graded', { it: SHOWS });
    const misfit = { ...written, files: new Map([...written.files, [path, Buffer.from('x = 1\n')]]) };
    const { executed } = runner.counts;
    expect(await rewardTestWriter(tallybook.task.grading, misfit, { runner })).toMatchObject({ reward: 0 });
    expect(runner.counts.executed).toBe(executed);
  },
);

test('where the sandbox fails there is no reward', async () => {
  const broken = await createSandboxProvider({ backend: 'auto' });
  const dead = createTestRunner({ provider: broken });
  await broken.close();
  const written = await writtenTest(tallybook.selection, 'graded', { it: SHOWS });
  const grade = await rewardTestWriter(tallybook.task.grading, written, { runner: dead });
  expect(grade).toEqual({ reward: null, withoutFix: null, withFix: null });
});
