import { createPlainToolSet, createScriptedPolicy, type Policy, type ScriptStep } from '@swe-selfplay/adapter';
import { createTestRunner, evaluatePatch, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HALF_RIGHT, RIGHT, type TallybookTask, tallybookTask, WRONG } from '../../test-support/tallybook-task.js';
import { symptomsSource } from '../statements/statement-source.js';
import { type BugFixerOptions, createBugFixer } from './bug-fixer.js';
import { playKimiDev } from './play-kimi-dev.js';
import { createPolicyTestWriter, type PolicyTestWriterOptions, type TestSample } from './policy-test-writer.js';

let provider: SandboxProvider;
let runner: TestRunner;
let tallybook: TallybookTask;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  tallybook = await tallybookTask();
});
afterAll(() => provider.close());

const toolSet = createPlainToolSet();
const submitFile: ScriptStep = { toolCalls: [{ tool: 'submit', input: { paths: ['tests/test_reproduction.py'] } }] };
const SUBMIT: ScriptStep = { toolCalls: [{ tool: 'submit' }] };
const bash = (command: string): ScriptStep => ({ toolCalls: [{ tool: 'bash', input: { command } }] });

const edit = (line: string): ScriptStep =>
  bash(`python3 - <<'END'
path = "tallybook/dates.py"
text = open(path).read()
assert ${JSON.stringify(WRONG)} in text
open(path, "w").write(text.replace(${JSON.stringify(WRONG)}, ${JSON.stringify(line)}))
END`);

const testFile = (body: string) => `import unittest
from datetime import date

from tallybook.dates import add_months


class Reproduction(unittest.TestCase):
    def test_it(self):
        ${body}
`;
const GOOD = 'self.assertEqual(add_months(date(2024, 1, 31), 1), date(2024, 2, 29))';
const OTHER = 'self.assertEqual(add_months(date(2024, 3, 31), 1), date(2024, 4, 30))';
const write = (text: string, path = 'tests/test_reproduction.py') => bash(`cat > ${path} <<'END'\n${text}END`);

const writerSuite = () => {
  const { testCommand, testFiles } = tallybook.selection;
  return { testCommand, testFiles, runner, provider };
};

async function writeTests(
  policies: Parameters<typeof createPolicyTestWriter>[0],
  options: PolicyTestWriterOptions = {},
  count = 1,
) {
  const samples: TestSample[] = [];
  const onSample = (sample: TestSample) => void samples.push(sample);
  const writer = createPolicyTestWriter(policies, { toolSet, ...options, onSample });
  const tests = await writer.write(tallybook.task.view, { ...writerSuite(), count, seed: 1 });
  return { tests, samples };
}

async function fix(policy: Policy, options: BugFixerOptions = {}) {
  const statementFor = symptomsSource(tallybook.selection);
  const solver = createBugFixer(policy, { toolSet, statementFor, ...options });
  const outcome = await solver.solve(tallybook.task.view, { seed: 1, runner, provider });
  if (outcome.status !== 'submitted') return { outcome, status: 'gave-up' as const };
  const { status } = await evaluatePatch(tallybook.task.grading, outcome.predPatch, { runner });
  return { outcome, status };
}

/** Answers by what is asked, as a model without tools does. */
const answering = (answers: readonly (readonly [RegExp, string])[]): Policy =>
  createScriptedPolicy([
    ({ messages }) => {
      const asked = messages.map(({ text }) => text).join('\n');
      return { text: answers.find(([pattern]) => pattern.test(asked))?.[1] ?? 'I do not know.' };
    },
  ]);

test('a fixer that works in the workspace is told the symptoms and not the tests, and mends the bug', async () => {
  const policy = createScriptedPolicy([
    ({ messages }) => {
      const said = messages.map(({ text }) => text).join('\n');
      expect(said).toContain('ValueError: day is out of range for month');
      expect(said).not.toContain('date(2024, 1, 31)');
      return {
        toolCalls: [
          { tool: 'bash', input: { command: 'find / -maxdepth 3 -name "specification*" -exec cat {} + 2>/dev/null' } },
        ],
      };
    },
    ({ messages }) => {
      expect(messages.at(-1)!.text).not.toContain('date(2024');
      return edit(RIGHT) as Exclude<ScriptStep, (...given: never[]) => unknown>;
    },
    SUBMIT,
  ]);
  expect((await fix(policy)).status).toBe('solved');
});

test('a fixer that is asked once names files, then edits them', async () => {
  const policy = answering([
    [/These are its files/, 'tallybook/dates.py\n'],
    [
      /def add_months/,
      `\`\`\`python\n### tallybook/dates.py\n<<<<<<< SEARCH\n${WRONG}\n=======\n${RIGHT}\n>>>>>>> REPLACE\n\`\`\``,
    ],
  ]);
  expect((await fix(policy, { mode: 'once' })).status).toBe('solved');
});

test.each([
  ['nothing', 'No idea.'],
  ['a file elsewhere', '```python\n### ../../etc/passwd\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```'],
  [
    'lines that are not there',
    '```python\n### tallybook/dates.py\n<<<<<<< SEARCH\nnot there\n=======\nb\n>>>>>>> REPLACE\n```',
  ],
  ['tests', '```python\n### tests/test_dates.py\n<<<<<<< SEARCH\nimport unittest\n=======\nb\n>>>>>>> REPLACE\n```'],
])('an answer that edits %s has given up', async (_, answer) => {
  const outcome = await fix(answering([[/./, answer]]), { mode: 'once' });
  expect(outcome.outcome).toMatchObject({ status: 'gave-up' });
});

test('what an unfinished rollout leaves is handed in only where that is asked for', async () => {
  const policy = createScriptedPolicy([edit(RIGHT)]);
  expect((await fix(policy)).status).toBe('gave-up');
  const kept = await fix(policy, { handsInUnfinished: true });
  expect(kept).toMatchObject({ status: 'solved', outcome: { notes: { isFinished: false } } });
});

test('a policy that fails is an infra failure of the attempt', async () => {
  const failing: Policy = {
    name: 'failing',
    respond: async () => {
      throw new Error('the server is gone');
    },
  };
  for (const mode of ['rollout', 'once'] as const)
    await expect(fix(failing, { mode })).rejects.toMatchObject({ name: 'SolverError', code: 'infra' });
  await expect(writeTests(failing)).rejects.toMatchObject({ name: 'MethodError', code: 'infra' });
});

test('the first sample of a writer and the others can be of two policies', async () => {
  const first = createScriptedPolicy([write(testFile(GOOD)), submitFile], { name: 'cold' });
  const others = createScriptedPolicy([write(testFile(OTHER)), submitFile], { name: 'warm' });
  const { tests } = await writeTests({ first, others }, {}, 3);
  const texts = tests.map(({ files }) => Buffer.from([...files.values()][0]!).toString());
  expect(texts).toEqual([testFile(GOOD), testFile(OTHER), testFile(OTHER)]);
  expect(new Set(tests.map(({ id }) => id)).size).toBe(3);
  expect([...tests[0]!.files.keys()]).toEqual(['tests/test_reproduction.py']);
});

test('a writer that is asked once gives a file between fences', async () => {
  const policy = answering([
    [/These are its files/, 'tallybook/dates.py\n'],
    [/def add_months/, `First:\n\`\`\`python\nx\n\`\`\`\nThen:\n\`\`\`python\n${testFile(GOOD)}\`\`\`\n`],
  ]);
  const { tests } = await writeTests(policy, { mode: 'once' });
  expect(Buffer.from(tests[0]!.files.get('tests/test_reproduction.py')!).toString()).toBe(testFile(GOOD));
});

test.each<[string, readonly ScriptStep[], RegExp]>([
  ['no test', [write('x = 1\n'), submitFile], /no test that can be run/],
  ['a link', [bash('ln -s /etc/passwd tests/test_reproduction.py'), submitFile], /symbolic link/],
  ['a pipe', [bash('mkfifo tests/test_reproduction.py'), submitFile], /not a regular file/],
  ['nothing', [bash('true'), submitFile], /is not there/],
  [
    'a file elsewhere',
    [bash('true'), { toolCalls: [{ tool: 'submit', input: { paths: ['/tmp/test_reproduction.py'] } }] }],
    /inside the repository/,
  ],
  [
    'an old file',
    [bash('mkdir -p x'), { toolCalls: [{ tool: 'submit', input: { paths: ['tests/test_dates.py'] } }] }],
    /test_reproduction/,
  ],
  [
    'too much',
    [bash('head -c 400000 /dev/zero | tr "\\0" "#" > tests/test_reproduction.py'), submitFile],
    /longer than/,
  ],
  ['no text', [bash('printf "\\377\\376" > tests/test_reproduction.py'), submitFile], /UTF-8/],
  ['talk', [{ text: 'I give up.' }], /I give up/],
])('a writer that hands in %s has written no test', async (_, steps, reason) => {
  const { tests, samples } = await writeTests(createScriptedPolicy(steps));
  expect(tests).toEqual([]);
  expect(samples).toMatchObject([{ reason: expect.stringMatching(reason) }]);
});

test('a name is refused that could not be that of a test', () => {
  for (const fileName of ['conftest.py', '../test_x.py', 'test_x.sh'])
    expect(() => createPolicyTestWriter(createScriptedPolicy([]), { fileName })).toThrow(/file name/);
});

test('N patches are run against M tests, each pair once, and the best is chosen', async () => {
  const byIndex = (steps: readonly (readonly ScriptStep[])[]): Policy[] =>
    steps.map((each) => createScriptedPolicy(each));
  const [right, half] = byIndex([
    [edit(RIGHT), SUBMIT],
    [edit(HALF_RIGHT), SUBMIT],
  ]);
  const fixerOf = (policy: Policy) => createBugFixer(policy, { toolSet });
  const writer = createPolicyTestWriter(
    {
      first: createScriptedPolicy([write(testFile(GOOD)), submitFile]),
      others: createScriptedPolicy([write(testFile(OTHER)), submitFile]),
    },
    { toolSet },
  );
  const play = await playKimiDev(tallybook.selection, {
    fixer: { first: fixerOf(half!), others: fixerOf(right!) },
    writer,
    counts: { patches: 3, tests: 2 },
    seed: 3,
    runner,
    provider,
  });
  expect(play.selection.scores).toEqual([0.5, 1, 1]);
  expect(play.chosen?.index).toBe(1);
  // Two baselines, and three patches of which two come to the same.
  expect(play.tally).toMatchObject({ requested: 8, distinct: 6 });
  const { outcome } = play.chosen!;
  if (outcome.status !== 'submitted') throw new Error(outcome.reason);
  expect(await evaluatePatch(tallybook.task.grading, outcome.predPatch, { runner })).toMatchObject({
    status: 'solved',
  });
  const counts = { patches: 0, tests: 1 };
  const none = playKimiDev(tallybook.selection, { fixer: fixerOf(right!), writer, counts, seed: 3, runner, provider });
  await expect(none).rejects.toMatchObject({ code: 'invalid-options' });
});
