import { createPlainToolSet, createScriptedPolicy, type Trajectory } from '@swe-selfplay/adapter';
import { createTestRunner, evaluatePatch, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, SandboxError, type SandboxProvider } from '@swe-selfplay/sandbox';
import { type SolveOptions, type Solver, SolverError, type Submission } from '@swe-selfplay/solver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RIGHT, type TallybookTask, tallybookTask, WRONG } from '../../test-support/tallybook-task.js';
import { createBugFixer } from '../kimi-dev/bug-fixer.js';
import { createIterativeSolver } from './iterative-solver.js';

let provider: SandboxProvider;
let runner: TestRunner;
let tallybook: TallybookTask;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  tallybook = await tallybookTask();
});
afterAll(() => provider.close());

interface Scripted {
  readonly isFinished: boolean;
  readonly patch: string;
  readonly error?: Error;
}

const F = (patch: string): Scripted => ({ isFinished: false, patch });
const T = (patch: string): Scripted => ({ isFinished: true, patch });

function trajectoryOf(id: string, { isFinished }: Scripted): Trajectory {
  const end = isFinished
    ? ({ status: 'submitted', paths: [] } as const)
    : ({ status: 'turn-limit', maxTurns: 1 } as const);
  const nothing = { messages: [], turns: [], messagesTail: [], toolEvents: [], tools: [] };
  return {
    id,
    policy: 'script',
    description: undefined,
    toolSet: 'plain',
    ...nothing,
    formatErrors: 0,
    end,
    durationMs: 1,
  };
}

/** A solver whose attempts go by a script; `seen` holds what each was given. */
function scripted(attempts: readonly Scripted[]) {
  const seen: { attempt: number; temperature: number; seed: number; id: string | undefined }[] = [];
  const solverOf = (attempt: number, temperature: number): Solver => ({
    name: 'script',
    async solve(_, { seed, trajectoryId, onTrajectory }): Promise<Submission> {
      const step = attempts[attempt - 1]!;
      seen.push({ attempt, temperature, seed, id: trajectoryId });
      onTrajectory?.(trajectoryOf(`${trajectoryId}`, step));
      if (step.error) throw step.error;
      return { status: 'submitted', predPatch: Buffer.from(step.patch) };
    },
  });
  return { solverOf, seen };
}

async function play(attempts: readonly Scripted[], options: Partial<SolveOptions> = {}, temperature = 0) {
  const { solverOf, seen } = scripted(attempts);
  const solver = createIterativeSolver(solverOf, { temperature });
  const trajectories: Trajectory[] = [];
  const onTrajectory = (trajectory: Trajectory) => void trajectories.push(trajectory);
  const base = { seed: 7, runner, provider, trajectoryId: 'whole', onTrajectory };
  const outcome = await solver.solve(tallybook.task.view, { ...base, ...options });
  const patch = outcome.status === 'submitted' ? Buffer.from(outcome.predPatch).toString() : undefined;
  return { outcome, patch, seen, trajectories };
}

test.each<[string, readonly Scripted[], string, number]>([
  ['one that is finished and changes something is all', [T('p1')], 'p1', 1],
  ['a finished one replaces an unfinished one', [F('p1'), T('p2')], 'p2', 2],
  ['the last that changes something counts', [F('p1'), F(''), F('')], 'p1', 3],
  ['three at most, and none need change anything', [T(''), T(''), T('')], '', 3],
])('of attempts, %s', async (_, script, expected, attempts) => {
  const { patch, seen, outcome } = await play(script);
  expect(patch).toBe(expected);
  expect(seen).toHaveLength(attempts);
  expect(outcome.notes).toMatchObject({ attempts });
});

test('a temperature of 0 is raised from the second attempt on, another stays', async () => {
  const script = [F(''), F(''), F('')];
  expect((await play(script)).seen.map(({ temperature }) => temperature)).toEqual([0, 0.1, 0.1]);
  expect((await play(script, {}, 0.7)).seen.map(({ temperature }) => temperature)).toEqual([0.7, 0.7, 0.7]);
});

test('attempts have seeds and trajectories of their own, and the trajectory of the choice comes last', async () => {
  const { seen, trajectories } = await play([F('p1'), F(''), F('')]);
  expect(new Set(seen.map(({ seed }) => seed)).size).toBe(3);
  expect(new Set(seen.map(({ id }) => id)).size).toBe(3);
  expect(seen[0]).toMatchObject({ seed: 7, id: 'whole' });
  expect(trajectories.map(({ id }) => id)).toEqual([seen[1]!.id, seen[2]!.id, 'whole']);
});

test('an exception calls for another attempt, and is thrown where nothing else came', async () => {
  const error = new SolverError('infra', 'The policy failed.');
  const saved = await play([{ ...F(''), error }, T('p2')]);
  expect(saved.patch).toBe('p2');
  const failed = play([F(''), { ...F(''), error: new SandboxError('sandbox-failed', 'Gone.') }, F('')]);
  await expect(failed).rejects.toThrow('Gone.');
  await expect(play([{ ...F(''), error: new TypeError('a fault of the program') }])).rejects.toThrow(TypeError);
});

test('whoever aborts waits for no further attempt', async () => {
  const abort = new AbortController();
  const solver: Solver = {
    name: 'aborting',
    async solve() {
      abort.abort(new Error('enough'));
      return { status: 'gave-up', reason: 'no idea' };
    },
  };
  const solving = createIterativeSolver(solver).solve(tallybook.task.view, {
    seed: 1,
    runner,
    provider,
    signal: abort.signal,
  });
  await expect(solving).rejects.toThrow('enough');
});

test('attempts that all give up give up, and options that cannot be are refused', async () => {
  const solver: Solver = { name: 'idle', solve: async () => ({ status: 'gave-up', reason: 'no idea' }) };
  const outcome = await createIterativeSolver(solver).solve(tallybook.task.view, { seed: 1, runner, provider });
  expect(outcome).toMatchObject({ status: 'gave-up', reason: 'no idea', notes: { attempts: 3, chosenAttempt: null } });
  for (const options of [{ maxAttempts: 0 }, { maxAttempts: 1.5 }, { temperature: Number.NaN }])
    expect(() => createIterativeSolver(solver, options)).toThrow(/Expected/);
});

test('a patch that came of a later attempt solves the task', async () => {
  const right = await tallybook.patchWith(RIGHT);
  const { outcome } = await play([F(''), T(Buffer.from(right).toString())]);
  if (outcome.status !== 'submitted') throw new Error(outcome.reason);
  expect(await evaluatePatch(tallybook.task.grading, outcome.predPatch, { runner })).toMatchObject({
    status: 'solved',
  });
});

test('a policy that runs out of turns is asked again, and what it left counts where the others leave nothing', async () => {
  const edit = `python3 - <<'END'
path = "tallybook/dates.py"
text = open(path).read()
open(path, "w").write(text.replace(${JSON.stringify(WRONG)}, ${JSON.stringify(RIGHT)}))
END`;
  const bash = { toolCalls: [{ tool: 'bash', input: { command: edit } }] };
  const scripts = [[bash], [], []];
  const solver = createIterativeSolver((attempt) =>
    createBugFixer(createScriptedPolicy(scripts[attempt - 1]!), {
      toolSet: createPlainToolSet(),
      maxTurns: 1,
      handsInUnfinished: true,
    }),
  );
  const ends: string[] = [];
  const onTrajectory = ({ end }: Trajectory) => void ends.push(end.status);
  const outcome = await solver.solve(tallybook.task.view, { seed: 1, runner, provider, onTrajectory });
  expect(outcome.notes).toMatchObject({ attempts: 3, chosenAttempt: 1, isFinished: false });
  expect(ends).toEqual(['gave-up', 'gave-up', 'turn-limit']);
  if (outcome.status !== 'submitted') throw new Error(outcome.reason);
  expect(await evaluatePatch(tallybook.task.grading, outcome.predPatch, { runner })).toMatchObject({
    status: 'solved',
  });
});
