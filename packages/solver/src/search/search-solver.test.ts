import { applyPatch, parsePatch, touchedPaths, withFiles } from '@swe-selfplay/artifact';
import { createTestRunner, evaluatePatch, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MONEY, patchOf, sampleTask } from '../../test-support/sample-project.js';
import { createHigherOrderTask } from '../higher-order-task.js';
import { solveBug } from '../solve-bug.js';
import type { Submission } from '../solver.js';
import type { SolverTask } from '../solver-task.js';
import { createSearchSolver } from './search-solver.js';

let provider: SandboxProvider;
let runner: TestRunner;
let task: SolverTask;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  task = await sampleTask();
});
afterAll(() => provider.close());

async function isSolved(
  outcome: Submission | { readonly status: 'infra' },
  graded: SolverTask = task,
): Promise<boolean> {
  if (outcome.status !== 'submitted') return false;
  return (await evaluatePatch(graded.grading, outcome.predPatch, { runner })).status === 'solved';
}

test('in a group some find the bug and mend it, in the code alone, and some do not', { timeout: 300_000 }, async () => {
  const attempts = await solveBug(task.view, createSearchSolver({ budget: 10 }), { seed: 1, runner, provider });
  const solved = await Promise.all(attempts.map(({ outcome }) => isSolved(outcome)));
  expect(solved.filter(Boolean).length).toBeGreaterThan(0);
  expect(solved.filter(Boolean).length).toBeLessThan(8);
  for (const { outcome } of attempts) {
    if (outcome.status !== 'submitted') continue;
    const parse = parsePatch(outcome.predPatch);
    if (parse.status !== 'parsed') throw new Error(parse.reason);
    expect(touchedPaths(parse.patch)).toEqual(['shop/money.py']);
    expect((await applyPatch(task.view.snapshot, parse.patch)).status).toBe('applied');
  }
});

test('equal seeds give equal attempts, whatever is cached, and other seeds others', async () => {
  const solver = createSearchSolver({ budget: 4 });
  const [first, second] = [createTestRunner({ provider }), createTestRunner({ provider })];
  const of = async (seed: number, on: TestRunner) =>
    JSON.stringify(await solver.solve(task.view, { seed, runner: on, provider }));
  const again = await of(1, second);
  expect(await of(1, first)).toBe(again);
  const executed = first.counts.executed;
  expect(await of(1, first)).toBe(again);
  expect(first.counts.executed).toBe(executed);
  await of(2, first);
  expect(first.counts.executed).toBeGreaterThan(executed);
});

test('solves what a failed attempt left behind', { timeout: 300_000 }, async () => {
  const halfway = MONEY.replace('[share] * (parts - rest)', '[share] * (parts + rest)');
  const patch = await patchOf(task, [['shop/money.py', halfway]]);
  const second = await createHigherOrderTask(task, patch, { sourceAttempt: 'first' });
  if (second.status !== 'created') throw new Error(second.reason);
  expect(second.task.order).toBe(2);
  const outcome = await createSearchSolver({ budget: 150 }).solve(second.task.view, { seed: 1, runner, provider });
  expect(await isSolved(outcome, second.task), JSON.stringify(outcome)).toBe(true);
});

test('gives up with the reason where it cannot run a failing test', async () => {
  const empty = withFiles(task.view.snapshot, [['tests/test_cart.py', null]]);
  const view = { ...task.view, snapshot: empty, specification: { files: [] } };
  const outcome = await createSearchSolver().solve(view, { seed: 1, runner, provider });
  expect(outcome).toMatchObject({ status: 'gave-up', reason: expect.stringContaining('No test fails') });
});

test('an aborted search ends with the reason of the abort', async () => {
  const signal = AbortSignal.timeout(1_500);
  const solving = createSearchSolver({ budget: 10_000 }).solve(task.view, {
    seed: 3,
    runner: createTestRunner({ provider }),
    provider,
    signal,
  });
  await expect(solving).rejects.toMatchObject({ name: 'TimeoutError' });
});
