import { applyPatch, listPaths, readFile, type Snapshot } from '@swe-selfplay/artifact';
import { expect, test } from 'vitest';
import { BUG, MONEY, original, patchOf, sampleTask } from '../test-support/sample-project.js';
import { createHigherOrderTask } from './higher-order-task.js';
import { SolverError } from './solver-error.js';
import type { SolverTask } from './solver-task.js';

const SOURCE = { sourceAttempt: 'attempt-3' };
const WORSE = MONEY.replace(BUG.good, '[share + 3] * rest');

async function textOf(snapshot: Snapshot, path: string): Promise<string | undefined> {
  const entry = await readFile(snapshot, path);
  return entry && Buffer.from(entry.content).toString('utf8');
}

async function created(task: SolverTask, files: Iterable<readonly [string, string | null]>): Promise<SolverTask> {
  const made = await createHigherOrderTask(task, await patchOf(task, files), SOURCE);
  if (made.status !== 'created') throw new Error(made.reason);
  return made.task;
}

test('the state that a failed attempt left behind is the task', async () => {
  const task = await sampleTask();
  const second = await created(task, [
    ['shop/money.py', WORSE],
    ['shop/extra.py', 'X = 1\n'],
  ]);
  expect(second).toMatchObject({ order: 2, parent: task.id, sourceAttempt: 'attempt-3' });
  expect(second.view).toMatchObject({ order: 2, id: second.id });
  expect(second.id).not.toBe(task.id);
  expect(await textOf(second.view.snapshot, 'shop/money.py')).toBe(WORSE);
  expect(await textOf(second.view.snapshot, 'shop/extra.py')).toBe('X = 1\n');
  expect(listPaths(second.grading.task)).toEqual(listPaths(second.view.snapshot));
  expect(second.grading.original).toBe(original);
  expect(second.grading.failToPass).toEqual(task.grading.failToPass);
});

test('what the attempt did to tests and guarded files is dropped, so the specification applies', async () => {
  const task = await sampleTask();
  const second = await created(task, [
    ['shop/money.py', WORSE],
    ['tests/test_money.py', null],
    ['tests/test_cart.py', 'raise SystemExit\n'],
    ['conftest.py', 'collect_ignore = ["tests"]\n'],
    ['unittest.py', ''],
  ]);
  const { snapshot, specification } = second.view;
  expect(listPaths(snapshot)).toEqual(listPaths(original));
  for (const path of ['tests/test_money.py', 'tests/test_cart.py'])
    expect(await textOf(snapshot, path)).toBe(await textOf(task.view.snapshot, path));
  const application = await applyPatch(snapshot, specification);
  if (application.status !== 'applied') throw new Error(application.reason);
  expect(await textOf(application.snapshot, 'tests/test_money.py')).toBe(await textOf(original, 'tests/test_money.py'));
});

test('an attempt that changed tests only makes no task', async () => {
  const task = await sampleTask();
  const patch = await patchOf(task, [
    ['tests/test_money.py', null],
    ['conftest.py', ''],
  ]);
  expect(await createHigherOrderTask(task, patch, SOURCE)).toMatchObject({ status: 'refused' });
});

test.each([
  ['is empty', ''],
  ['is no patch', 'nothing\n'],
  ['does not apply', '--- a/shop/money.py\n+++ b/shop/money.py\n@@ -1 +1 @@\n-absent\n+present\n'],
])('a patch that %s makes no task', async (_, patch) => {
  const made = await createHigherOrderTask(await sampleTask(), Buffer.from(patch), SOURCE);
  expect(made.status).toBe('refused');
});

test('a file that an attempt put in the place of the tests gives way to them', async () => {
  const second = await created(await sampleTask(), [
    ['shop/money.py', WORSE],
    ['tests/__init__.py', null],
    ['tests/test_money.py', null],
    ['tests/test_cart.py', null],
    ['tests', 'gone\n'],
  ]);
  expect(listPaths(second.view.snapshot).filter((path) => path.startsWith('tests'))).toEqual([
    'tests/__init__.py',
    'tests/test_cart.py',
    'tests/test_money.py',
  ]);
});

test('there is no order 3', async () => {
  const second = await created(await sampleTask(), [['shop/money.py', WORSE]]);
  const patch = await patchOf(second, [['shop/money.py', MONEY]]);
  const third = createHigherOrderTask(second, patch, SOURCE);
  await expect(third).rejects.toThrow(SolverError);
  await expect(third).rejects.toMatchObject({ code: 'order-too-high' });
});
