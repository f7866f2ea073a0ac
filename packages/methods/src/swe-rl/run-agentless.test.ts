import type { Policy, Trajectory, TurnSample } from '@swe-selfplay/adapter';
import { readFile } from '@swe-selfplay/artifact';
import { createTestRunner, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { solveBug } from '@swe-selfplay/solver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HALF_RIGHT, RIGHT, type TallybookTask, tallybookTask, WRONG } from '../../test-support/tallybook-task.js';
import { candidate, patchOf } from '../../test-support/written-tests.js';
import { gatherMatrix } from '../evidence/gather-matrix.js';
import type { AgentlessRun } from './agentless.js';
import { createAgentlessSolver } from './agentless-solver.js';
import { rewardRepairs } from './reward-repairs.js';
import { runAgentless } from './run-agentless.js';
import { completionId } from './sample-completions.js';

let provider: SandboxProvider;
let runner: TestRunner;
let tallybook: TallybookTask;
let run: AgentlessRun;
const asked: string[] = [];
const SEED = 5;

const COUNTS = { locations: 4, repairs: 7, tests: 5 };

beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  tallybook = await tallybookTask();
  run = await runAgentless(tallybook.selection, model(tallybook.task.id), {
    ...COUNTS,
    seed: SEED,
    runner,
  });
});
afterAll(() => provider.close());

const all = (policy: Policy) => ({ locate: policy, repair: policy, writeTest: policy });

const fence = (text: string, language = '') => `\`\`\`${language}\n${text}\n\`\`\``;
const block = (path: string, search: string, replace: string) =>
  fence(`### ${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE`, 'python');
const solution = (...blocks: string[]) => `<think>\nHm.\n</think>\n<solution>\n${blocks.join('\n')}\n</solution>`;
const mend = (line: string) => solution(block('tallybook/dates.py', WRONG, line));

const LOCATIONS = [
  `<think>\n\`\`\`\ntallybook/money.py\n\`\`\`\n</think>\n${fence('tallybook/budget.py\n/etc/passwd\n../x.py')}`,
  fence('- `tallybook/dates.py`\ntallybook/nothing.py'),
  `The files are:\n${fence('1. ./tallybook/dates.py')}`,
  'I cannot tell.',
];

/** Those at even places are shown the dates, the others the budget. */
const REPAIRS = [
  mend(HALF_RIGHT),
  solution(block('tallybook/budget.py', 'nowhere in it', 'x')),
  mend(RIGHT),
  solution(block('../outside.py', '', 'x')),
  mend(`${RIGHT}  # the last day`),
  mend(RIGHT),
  mend(RIGHT).replace('<think>', ''),
];

const program = (name: string, expected: string) => `from datetime import date
from tallybook.dates import add_months

def ${name}():
    try:
        right = add_months(date(2024, 1, 31), 1) == ${expected}
    except ValueError:
        right = False
    print("Issue resolved" if right else "Issue reproduced")

${name}()`;

const PROGRAMS = [
  'print("Issue resolved")',
  program('test_a', 'date(2024, 2, 29)'),
  program('test_b', 'date(2024, 2, 29)  # a leap year'),
  'print("Issue reproduced, Other issues")',
  'def (:',
].map((text) => `Here it is.\n\n${fence(text, 'python')}\n`);

/** Answers as prepared for each id of the run with this task and SEED; others as one that has nothing to say. */
function model(taskId: string): Policy {
  const answers = new Map<string, string>();
  const stages = { locate: LOCATIONS, repair: REPAIRS, 'write-test': PROGRAMS };
  for (const [stage, texts] of Object.entries(stages)) {
    for (const [index, text] of texts.entries())
      answers.set(completionId(`agentless ${stage}`, taskId, SEED, index), text);
  }
  return {
    name: 'prepared',
    async respond({ messages, tools }, { rolloutId }) {
      expect(tools).toEqual([]);
      asked.push(messages[0]!.text);
      return { text: answers.get(rolloutId) ?? 'Nothing.', toolCalls: [] };
    },
  };
}

test('files are localised by votes, and only files of the repository count', () => {
  expect(run.locations).toEqual([
    { files: ['tallybook/dates.py'], votes: 2 },
    { files: ['tallybook/budget.py'], votes: 1 },
  ]);
  expect(run.locatePrompt).toContain('tallybook/journal.py\n');
  expect(run.locatePrompt).toContain('day is out of range for month');
});

test('repairs are dealt out over the sets of files, and each comes to a patch or to a reason', () => {
  expect(run.repairs.map(({ sources }) => [...sources.keys()].join())).toEqual(
    REPAIRS.map((_, index) => (index % 2 === 0 ? 'tallybook/dates.py' : 'tallybook/budget.py')),
  );
  expect(run.repairs.map(({ outcome }) => outcome)).toMatchObject([
    { status: 'patched' },
    { status: 'not-applied', reason: expect.stringContaining('not in the file') },
    { status: 'patched' },
    { status: 'not-applied', reason: expect.stringContaining('contains ".."') },
    { status: 'patched' },
    { status: 'not-applied', reason: expect.stringContaining('was not shown') },
    { status: 'format-wrong', reason: expect.stringContaining('tags') },
  ]);
  expect(run.repairs[4]!.patchKey).toBe(run.repairs[2]!.patchKey);
});

test('programs that reproduce the issue are kept, counted by their normal form', () => {
  const verdicts = run.testSamples.map(({ verdict }) => verdict);
  expect(verdicts).toEqual(['resolved', 'reproduced', 'reproduced', 'unclear', 'no-program']);
  expect(run.tests).toHaveLength(1);
  expect(run.tests[0]).toMatchObject({ votes: 2, testIds: ['reproduction'] });
});

test('the patch is chosen that resolves what was reproduced, and that most answers wrote', async () => {
  expect(run.selection.index).toBe(2);
  expect(run.selection.survivors).toEqual([2, 4]);
  expect(Buffer.from(run.predPatch!)).toEqual(Buffer.from(await tallybook.patchWith(RIGHT)));
  expect(run.matrix!.candidates.map(({ status }) => status)).toEqual(
    REPAIRS.map((_, index) => (index % 2 === 0 && index < 5 ? 'ready' : 'none')),
  );
});

test('each distinct run is made once', () => {
  // Three programs on the task; the suite on the task; suite and kept test on three patches.
  expect(run.tally).toEqual({ requested: 4 + 1 + 1 + 6, distinct: 3 + 1 + 6, executed: 10, cached: 0 });
  expect(runner.counts.executed).toBe(run.tally.executed + 1);
});

test.each([
  ['says it and ends the process', 'print("Issue resolved", flush=True)\n    os._exit(0)'],
  ['says it and ends the program', 'print("Issue resolved")\n    raise SystemExit'],
  [
    'says what is to be found in the output',
    `print('the program said ["Issue resolved"]', flush=True)\n    os._exit(0)`,
  ],
  ['puts words into its mouth', 'builtins.print = lambda *_: sys.stdout.write("Issue resolved")'],
  [
    'changes what it says',
    'said = builtins.print\n    builtins.print = lambda *_: said("Issue resolved", file=sys.__stdout__)',
  ],
])('a patch that %s where a program asks has not resolved the issue', async (_title, line) => {
  const attack = `\nimport builtins, os, sys\nif sys.argv[0].startswith("reproduce_"):\n    ${line}\n`;
  const { snapshot } = tallybook.selection.view;
  const path = 'tallybook/dates.py';
  const text = Buffer.from((await readFile(snapshot, path))!.content).toString('utf8');
  const predPatch = await patchOf(tallybook.selection, { [path]: text + attack });
  const { candidates } = await gatherMatrix(tallybook.selection, [candidate('attack', predPatch)], run.tests, {
    runner,
    hasRegressions: false,
  });
  expect(candidates).toMatchObject([{ status: 'ready', counts: [{ failBefore: 1, failToPass: 0 }] }]);
});

test('answers that repair are rewarded by how much they look like the known fix', async () => {
  const rewards = await rewardRepairs(tallybook.task, run.repairs);
  expect(rewards[2]!.reward).toBe(1);
  expect(rewards[0]!.reward).toBeGreaterThan(0.5);
  expect(rewards[0]!.reward).toBeLessThan(1);
  expect(rewards.map((reward) => reward!.reward >= 0)).toEqual([true, false, true, true, true, true, false]);
  expect(rewards[3]!.reward).toBe(0);
  const failed = { ...run.repairs[0]!, completion: { status: 'failed' as const, rolloutId: 'x', reason: 'gone' } };
  expect(await rewardRepairs(tallybook.task, [failed])).toEqual([null]);
});

/** What a server would say of an answer. */
function sampleOf(prompt: string, text: string): TurnSample {
  const record = {
    request_id: null,
    response: { role: 'assistant', content: text },
    finish_reason: 'stop',
    stop_reason: null,
    prompt_token_ids: [1, 2],
    completion_token_ids: [7],
    completion_logprobs: [-0.5],
    weight_version_start: null,
    weight_version_end: null,
    sampling_requested: {},
    sampling_effective: {},
    usage: null,
    t_start: '2026-01-01T00:00:00.000Z',
    t_end: '2026-01-01T00:00:02.000Z',
    retries: 0,
  };
  return { messages: [{ role: 'user', content: prompt }], record };
}

test('it plays as a solver, which finds out by itself how the tests run', async () => {
  const runs: AgentlessRun[] = [];
  const trajectories: Trajectory[] = [];
  const policy: Policy = {
    name: 'one idea',
    respond: async ({ messages: [prompt] }) => {
      const heading = prompt!.text.split('\n', 1)[0]!;
      const text = /files must change/.test(heading)
        ? LOCATIONS[1]!
        : /^# Repair/.test(heading)
          ? mend(RIGHT)
          : PROGRAMS[1]!;
      return { text, toolCalls: [], sample: sampleOf(prompt!.text, text) };
    },
  };
  const solver = createAgentlessSolver(policy, {
    statement: 'specification',
    locations: 1,
    repairs: 1,
    tests: 1,
    onRun: (_, each) => runs.push(each),
  });
  const [attempt] = await solveBug(tallybook.task.view, solver, {
    attempts: 1,
    seed: 1,
    runner,
    provider,
    trajectoryId: 'mine',
    onTrajectory: (each) => trajectories.push(each),
  });
  const outcome = attempt!.outcome;
  if (outcome.status !== 'submitted') throw new Error(outcome.reason);
  expect(outcome.notes).toMatchObject({ outcomes: { patched: 1 }, reproductionTests: 1 });
  expect(Buffer.from(outcome.predPatch)).toEqual(Buffer.from(await tallybook.patchWith(RIGHT)));
  expect(runs).toHaveLength(1);
  expect(trajectories).toMatchObject([
    {
      id: 'mine',
      policy: 'one idea',
      end: { status: 'submitted' },
      turns: [{ completion_token_ids: [7], extends_turn: null }],
    },
  ]);
});

test("without an idea nothing is handed in, and a policy that is not there is nobody's failure", async () => {
  const attemptOf = async (policy: Policy) => {
    const suite = tallybook.selection;
    const solver = createAgentlessSolver(all(policy), { locations: 2, statement: 'specification', suite });
    const [attempt] = await solveBug(tallybook.task.view, solver, { attempts: 1, seed: 1, runner, provider });
    return attempt!.outcome;
  };
  const idle: Policy = { name: 'idle', respond: async () => ({ text: 'No.', toolCalls: [] }) };
  expect(await attemptOf(idle)).toMatchObject({ status: 'gave-up', reason: expect.stringContaining('names a file') });
  const gone: Policy = { name: 'gone', respond: () => Promise.reject(new Error('no route')) };
  expect(await attemptOf(gone)).toMatchObject({ status: 'infra', reason: expect.stringContaining('no route') });
});

test('counts that make no sense are refused, and an abort ends it', async () => {
  const policy = model('none');
  const options = { seed: 1, runner, repairs: 0 };
  await expect(runAgentless(tallybook.selection, all(policy), options)).rejects.toMatchObject({
    code: 'invalid-options',
  });
  const slow: Policy = { name: 'slow', respond: () => new Promise(() => {}) };
  const aborting = { seed: 1, runner, statement: 'specification' as const, signal: AbortSignal.timeout(50) };
  await expect(runAgentless(tallybook.selection, all(slow), aborting)).rejects.toMatchObject({ name: 'TimeoutError' });
});
