import {
  createPlainToolSet,
  createScriptedPolicy,
  type Policy,
  type ScriptStep,
  type Trajectory,
} from '@swe-selfplay/adapter';
import { createTestRunner, evaluatePatch, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUG, sampleTask } from '../test-support/sample-project.js';
import { createHigherOrderTask } from './higher-order-task.js';
import { createPolicySolver } from './policy-solver.js';
import { type Attempt, attemptSeed, type SolveBugOptions, solveBug } from './solve-bug.js';
import type { Solver } from './solver.js';
import type { SolverTask } from './solver-task.js';

let provider: SandboxProvider;
let runner: TestRunner;
let task: SolverTask;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  task = await sampleTask();
});
afterAll(() => provider.close());

const SUBMIT: ScriptStep = { toolCalls: [{ tool: 'submit' }] };
const bash = (command: string): ScriptStep => ({ toolCalls: [{ tool: 'bash', input: { command } }] });

/** A solver that follows a script, with the plain tools. */
function scripted(steps: readonly ScriptStep[]): Solver {
  return createPolicySolver(createScriptedPolicy(steps), { toolSet: createPlainToolSet() });
}

async function attempt(steps: readonly ScriptStep[], options: Partial<SolveBugOptions> = {}): Promise<Attempt> {
  const [only] = await solveBug(task.view, scripted(steps), { attempts: 1, seed: 1, runner, provider, ...options });
  return only!;
}

async function grade({ outcome }: Attempt, graded: SolverTask = task) {
  if (outcome.status !== 'submitted')
    throw new Error(`Expected a submission, got ${outcome.status}: ${outcome.reason}`);
  return evaluatePatch(graded.grading, outcome.predPatch, { runner });
}

test('an attempt that reads the specification and mends the bug is solved', async () => {
  const trajectories: Trajectory[] = [];
  const steps: ScriptStep[] = [
    ({ messages }) => {
      expect(messages.map(({ text }) => text).join('\n')).toContain('[34, 33, 33]');
      return { toolCalls: [{ tool: 'bash', input: { command: 'grep -n "share + 2" -r . && python3 -m unittest' } }] };
    },
    ({ messages }) => {
      expect(messages.at(-1)!.text).toMatch(/^exit code 0\n\.\/shop\/money\.py:\d+:.*\nOK/s);
      return { toolCalls: [{ tool: 'bash', input: { command: "sed -i 's/share + 2/share + 1/' shop/money.py" } }] };
    },
    SUBMIT,
  ];
  const solved = await attempt(steps, { onTrajectory: (trajectory) => trajectories.push(trajectory) });
  expect(await grade(solved)).toMatchObject({ status: 'solved', flags: [] });
  expect(trajectories).toMatchObject([{ end: { status: 'submitted' }, id: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
  expect(trajectories[0]!.turns).toHaveLength(3);
  expect(solved.outcome).toMatchObject({ status: 'submitted', notes: { leftOut: expect.any(Array) } });
});

test('an attempt that does nothing is not', async () => {
  expect(await grade(await attempt([bash('python3 -m unittest'), SUBMIT]))).toMatchObject({ status: 'unsolved' });
});

test('an attempt that bends the tests is not, and is flagged', async () => {
  const bending = `printf 'import unittest\\n' > tests/test_money.py; echo 'collect_ignore = ["tests"]' > conftest.py`;
  const evaluation = await grade(await attempt([bash(bending), SUBMIT]));
  expect(evaluation.status).toBe('unsolved');
  expect([...evaluation.flags].sort()).toEqual(['touches-guarded-files', 'touches-oracle-tests']);
});

test('an attempt that bends the tests and mends the bug is solved all the same', async () => {
  const both = bash(`sed -i 's/share + 2/share + 1/' shop/money.py; rm -r tests`);
  expect(await grade(await attempt([both, SUBMIT]))).toMatchObject({
    status: 'solved',
    flags: expect.arrayContaining(['touches-oracle-tests']),
  });
});

test('a failed attempt becomes a task that another attempt solves', async () => {
  const failed = await attempt([bash(`sed -i 's/share + 2/share + 7/' shop/money.py; rm -r tests`), SUBMIT]);
  expect((await grade(failed)).status).toBe('unsolved');
  if (failed.outcome.status !== 'submitted') throw new Error('Expected a submission.');
  const second = await createHigherOrderTask(task, failed.outcome.predPatch, { sourceAttempt: 'first' });
  if (second.status !== 'created') throw new Error(second.reason);
  const solver = scripted([bash(`sed -i 's/share + 7/share + 1/' shop/money.py`), SUBMIT]);
  const [again] = await solveBug(second.task.view, solver, { attempts: 1, seed: 1, runner, provider });
  const evaluation = await grade(again!, second.task);
  expect(evaluation.status, evaluation.reason).toBe('solved');
});

test('an attempt that never submits hands in nothing', async () => {
  const { outcome } = await attempt([bash(`sed -i 's/share + 2/share + 1/' shop/money.py`), { text: 'Too hard.' }]);
  expect(outcome).toEqual({ status: 'gave-up', reason: 'Too hard.' });
});

test('an attempt whose workspace gives no patch gave up, with the reason', async () => {
  const { outcome } = await attempt([bash('ln -s /etc/passwd shop/users'), SUBMIT]);
  expect(outcome).toMatchObject({ status: 'gave-up', reason: expect.stringContaining('absolute') });
});

test('a policy that cannot answer is asked once more and then leaves the solve rate', async () => {
  let asked = 0;
  const broken: Policy = {
    name: 'broken',
    respond: () => {
      asked += 1;
      return Promise.reject(new Error('no route to the model'));
    },
  };
  const [only] = await solveBug(task.view, createPolicySolver(broken), { attempts: 1, seed: 1, runner, provider });
  expect(only!.outcome).toEqual({ status: 'infra', reason: 'The policy failed: no route to the model' });
  expect(asked).toBe(2);
});

test('attempts of a group stand side by side, each with a seed of its own', async () => {
  const solver = scripted([bash(`echo '# mine' >> ${BUG.path}`), SUBMIT]);
  const attempts = await solveBug(task.view, solver, { attempts: 3, seed: 5, runner, provider });
  expect(attempts.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(attempts.map(({ seed }) => seed)).toEqual([0, 1, 2].map((index) => attemptSeed(5, index)));
  expect(new Set(attempts.map(({ seed }) => seed)).size).toBe(3);
  const patches = attempts.map(
    ({ outcome }) => outcome.status === 'submitted' && Buffer.from(outcome.predPatch).toString(),
  );
  expect(new Set(patches).size).toBe(1);
});

test('an aborted group throws the reason of the abort', async () => {
  const solver = scripted([bash('sleep 60'), SUBMIT]);
  const options = { attempts: 2, seed: 1, runner, provider, signal: AbortSignal.timeout(700) };
  await expect(solveBug(task.view, solver, options)).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('an episode is named by its task and its seed, or as the caller says', async () => {
  const ids: string[] = [];
  const onTrajectory = ({ id }: Trajectory) => ids.push(id);
  for (const seed of [1, 1, 2]) await attempt([SUBMIT], { seed, onTrajectory });
  await attempt([SUBMIT], { seed: 1, trajectoryId: 'mine', onTrajectory });
  expect(ids[0]).toBe(ids[1]);
  expect(new Set(ids).size).toBe(3);
  expect(ids[3]).toBe('mine');
});
