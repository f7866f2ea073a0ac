import { createPlainToolSet, createScriptedPolicy, type ScriptStep } from '@swe-selfplay/adapter';
import { createTestRunner, evaluatePatch, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import type { Submission } from '@swe-selfplay/solver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleTask } from '../../../solver/test-support/sample-project.js';
import {
  HALF_RIGHT,
  RIGHT,
  type TallybookTask,
  tallybookTask,
  WRONG,
  wideSelection,
} from '../../test-support/tallybook-task.js';
import { patchOf, writtenTest } from '../../test-support/written-tests.js';
import type { WrittenTest } from '../evidence/evidence.js';
import type { Statement } from '../statements/statement.js';
import { createSpecificationTestWriter } from '../test-writers/specification-test-writer.js';
import type { CodeAgent, CodeRequest, TestAgent } from './agents.js';
import { type PlayInfCodeOptions, playInfCode } from './play-infcode.js';
import { createPolicyCodeAgent } from './policy-code-agent.js';
import { createPolicyTestAgent } from './policy-test-agent.js';
import { createSearchCodeAgent } from './search-code-agent.js';
import { withoutTestFiles } from './without-test-files.js';
import { createWriterTestAgent } from './writer-test-agent.js';

let provider: SandboxProvider;
let runner: TestRunner;
let tallybook: TallybookTask;
let tests: Readonly<Record<'february' | 'september' | 'leap' | 'april' | 'passing', WrittenTest>>;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  tallybook = await tallybookTask();
  const written = (name: string, day: string, expected: string) =>
    writtenTest(tallybook.selection, name, { it: `self.assertEqual(add_months(date(${day}), 1), date(${expected}))` });
  tests = {
    february: await written('february', '2023, 1, 31', '2023, 2, 28'),
    september: await written('september', '2024, 8, 31', '2024, 9, 30'),
    leap: await written('leap', '2024, 1, 31', '2024, 2, 29'),
    april: await written('april', '2024, 3, 31', '2024, 4, 30'),
    passing: await written('passing', '2024, 1, 3', '2024, 2, 3'),
  };
});
afterAll(() => provider.close());

/** Right for February alone. */
const ALWAYS_28 = '    return date(year, month, min(day.day, 28))';
const statement: Statement = { kind: 'symptoms', text: 'The last day of a month, a month later, cannot be told.\n' };

/** A code agent that hands in these lines one after the other, the last one again and again; '' gives up. */
function scriptedCode(lines: readonly string[]): CodeAgent & { readonly asked: CodeRequest[] } {
  const asked: CodeRequest[] = [];
  return {
    name: 'script',
    asked,
    async mend(request): Promise<Submission> {
      asked.push(request);
      const line = lines[Math.min(asked.length, lines.length) - 1]!;
      if (line === '') return { status: 'gave-up', reason: 'no idea' };
      return { status: 'submitted', predPatch: await tallybook.patchWith(line) };
    },
  };
}

/** A test agent that has these suites, the last one again and again. */
function scriptedTests(suites: readonly (readonly WrittenTest[])[]): TestAgent {
  return {
    name: 'script',
    write: async ({ iteration }) => suites[Math.min(iteration, suites.length - 1)]!,
  };
}

const place = () => ({ statement, seed: 5, runner, provider });

async function play(codeAgent: CodeAgent, testAgent: TestAgent, options: Partial<PlayInfCodeOptions> = {}) {
  const game = await playInfCode(tallybook.selection, { codeAgent, testAgent, ...place(), ...options });
  return { ...game, history: game.iterations.map(({ isWithstood }) => isWithstood) };
}

async function grade(patch: Uint8Array | undefined) {
  return (await evaluatePatch(tallybook.task.grading, patch ?? new Uint8Array(), { runner })).status;
}

test('each stronger suite calls for a better patch, until one withstands: F, F, T stops after 3', async () => {
  const { february, september, leap, april } = tests;
  const code = scriptedCode([ALWAYS_28, HALF_RIGHT, RIGHT]);
  const suites = [[february], [february, september], [february, september, leap], [february, september, leap, april]];
  const game = await play(code, scriptedTests(suites));
  expect(game.history).toEqual([false, false, true]);
  expect(game.stop).toEqual({ after: 3, by: 'passed' });
  expect(game.iterations.map(({ isMended, isStrengthened }) => [isMended, isStrengthened])).toEqual(
    Array(3).fill([true, true]),
  );
  expect(game.candidates.map(({ iteration, suite }) => [iteration, suite])).toEqual([
    [1, 0],
    [2, 1],
    [3, 2],
  ]);
  expect(game.selection.index).toBe(2);
  expect(await grade(game.chosen?.patch)).toBe('solved');
  expect(code.asked.map(({ failing }) => failing.map(({ id }) => id))).toEqual([['february'], ['september'], ['leap']]);
  expect(code.asked[0]!.failures).toContain('ValueError: day is out of range for month\n   at tallybook/dates.py:');
  expect(code.asked[1]!.failures).toContain('AssertionError: datetime.date(2024, 9, 28) != datetime.date(2024, 9, 30)');
});

test('a patch that withstands at once ends it: T stops after 1', async () => {
  const { february, leap } = tests;
  const game = await play(scriptedCode([RIGHT]), scriptedTests([[february], [february, leap]]));
  expect(game).toMatchObject({ history: [true], stop: { after: 1, by: 'passed' }, selection: { index: 0 } });
});

test('a patch that never withstands ends it at the cap: F, F, F stops after 3', async () => {
  const { february, september, leap, april } = tests;
  const suites = [[february], [february, september], [february, september, leap], [february, september, leap, april]];
  const code = scriptedCode([ALWAYS_28]);
  const game = await play(code, scriptedTests(suites), { maxPatches: 1 });
  expect(game).toMatchObject({ history: [false, false, false], stop: { after: 3, by: 'cap' } });
  expect(game.candidates).toHaveLength(3);
  // All alike, so the latest.
  expect(game.selection.index).toBe(2);
});

test('a suite that says no more than the old one is not strengthened, whatever it is called', async () => {
  const { february, passing } = tests;
  const renamed = { ...february, id: 'new', writer: 'somebody else' };
  const suites = [[february], [renamed], [february, passing], [february]];
  const game = await play(scriptedCode([RIGHT]), scriptedTests(suites));
  expect(game.iterations.map(({ isStrengthened }) => isStrengthened)).toEqual([false, false, false]);
  expect(game).toMatchObject({ stop: { after: 3, by: 'cap' }, suites: [[{ id: 'february' }]] });
  expect(await grade(game.chosen?.patch)).toBe('solved');
});

test('tests that replace what they test or change how tests run are left out', async () => {
  const { february, leap } = tests;
  const hostile = (path: string): WrittenTest => ({
    ...leap,
    id: path,
    files: new Map([[path, Buffer.from('x = 1\n')]]),
  });
  const suite = [hostile('tallybook/dates.py'), hostile('conftest.py'), hostile('../x.py'), february];
  const game = await play(scriptedCode([RIGHT]), scriptedTests([suite, [...suite, leap]]));
  expect(game.suites.map((each) => each.map(({ id }) => id))).toEqual([['february'], ['february', 'leap']]);
  expect(game.stop).toEqual({ after: 1, by: 'passed' });
});

test('agents that do nothing leave nothing to choose', async () => {
  const game = await play(scriptedCode(['']), scriptedTests([[]]), { maxIterations: 2 });
  expect(game).toMatchObject({ stop: { after: 2, by: 'cap' }, candidates: [], selection: { index: undefined } });
  expect(game.chosen).toBeUndefined();
  await expect(play(scriptedCode(['']), scriptedTests([[]]), { maxIterations: 0 })).rejects.toThrow(/maxIterations/);
});

test('an earlier patch is chosen over a later one that breaks what worked', async () => {
  const { february, september, leap } = tests;
  const breaking = `${RIGHT}\n\n\ndef days_in_month(year, month):\n    return 31 if month in (1, 3, 5, 7, 8, 10, 12) else calendar.monthrange(2024, month)[1]`;
  const game = await play(
    scriptedCode([RIGHT, breaking]),
    scriptedTests([[leap], [leap], [leap, september, february]]),
    {
      maxIterations: 2,
    },
  );
  expect(game.candidates).toHaveLength(1);
  expect(game.selection.index).toBe(0);
});

test('without a model: the search mends against the specification, taken apart', async () => {
  const task = await sampleTask();
  const { testCommand, testFiles } = task.grading;
  const game = await playInfCode(
    { view: task.view, testCommand, testFiles },
    {
      codeAgent: createSearchCodeAgent({ budget: 40 }),
      testAgent: createWriterTestAgent(createSpecificationTestWriter()),
      ...place(),
      // One with which the search is soon there.
      seed: 2,
      maxIterations: 2,
      maxPatches: 1,
    },
  );
  // The specification has one test, so nothing stronger can be made of it.
  expect(game.iterations).toEqual(
    [1, 2].map((iteration) => ({ iteration, isMended: true, isStrengthened: false, isWithstood: false })),
  );
  expect(game.stop).toEqual({ after: 2, by: 'cap' });
  expect(game.candidates).toHaveLength(1);
  expect(await evaluatePatch(task.grading, game.chosen!.patch, { runner })).toMatchObject({ status: 'solved' });
});

test('a writer adds what it writes next in each iteration', async () => {
  const task = await wideSelection(tallybook);
  const agent = createWriterTestAgent(createSpecificationTestWriter());
  const request = { task, patch: new Uint8Array(), ...place() };
  const first = await agent.write({ ...request, tests: [], iteration: 0 });
  const second = await agent.write({ ...request, tests: first, iteration: 1 });
  expect(first).toHaveLength(1);
  expect(second).toHaveLength(2);
  expect(second[0]).toBe(first[0]);
  expect(() => createWriterTestAgent(createSpecificationTestWriter(), { perIteration: 0 })).toThrow(/perIteration/);
});

test('a patch is taken without its test files, and one of these alone is none', async () => {
  const testFile = { 'tests/test_new.py': 'x = 1\n', 'test_dates.py': 'y = 1\n' };
  const code = await patchOf(tallybook.selection, { 'README.md': 'Books.\n' });
  expect(withoutTestFiles(await patchOf(tallybook.selection, { ...testFile, 'README.md': 'Books.\n' }))).toEqual(code);
  expect(withoutTestFiles(await patchOf(tallybook.selection, testFile))).toHaveLength(0);
  expect(withoutTestFiles(code)).toBe(code);
  const nonsense = Buffer.from('nonsense');
  expect(withoutTestFiles(nonsense)).toBe(nonsense);
});

const bash = (command: string): ScriptStep => ({ toolCalls: [{ tool: 'bash', input: { command } }] });
const SUBMIT: ScriptStep = { toolCalls: [{ tool: 'submit' }] };
const submit = (path: string): ScriptStep => ({ toolCalls: [{ tool: 'submit', input: { paths: [path] } }] });

test('policies play both agents: the one sees the tests and what they say, the other the patch', async () => {
  const toolSet = createPlainToolSet();
  const body = (test: WrittenTest) => Buffer.from([...test.files.values()][0]!).toString();
  const coder = createScriptedPolicy([
    ({ messages }) => {
      const said = messages.map(({ text }) => text).join('\n');
      expect(said).toContain('tests/test_reproduction.py');
      expect(said).toContain('ValueError: day is out of range');
      return {
        toolCalls: [
          {
            tool: 'bash',
            input: {
              command: `cat > /tmp/edit.py <<'END'
path = "tallybook/dates.py"
text = open(path).read()
open(path, "w").write(text.replace(${JSON.stringify(WRONG)}, ${JSON.stringify(RIGHT)}))
END
python3 -m unittest tests.test_reproduction 2>&1 | tail -1; python3 /tmp/edit.py
python3 -m unittest tests.test_reproduction 2>&1 | tail -1; echo junk > tests/test_reproduction.py`,
            },
          },
        ],
      };
    },
    ({ messages }) => {
      expect(messages.at(-1)!.text).toMatch(/FAILED.*\nOK/);
      return { toolCalls: [{ tool: 'submit', input: {} }] };
    },
  ]);
  const tester = createScriptedPolicy([
    ({ messages }) => {
      const said = messages.map(({ text }) => text).join('\n');
      const isFirst = !said.includes('their patch');
      if (!isFirst) expect(said).toContain(`+${RIGHT}`);
      const [path, text] = isFirst
        ? ['tests/test_reproduction.py', body(tests.february)]
        : ['tests/test_round_1.py', body(tests.leap)];
      return { toolCalls: [{ tool: 'bash', input: { command: `cat > ${path} <<'END'\n${text}END\necho ${path}` } }] };
    },
    ({ messages }) => submit(/tests\/test_\w+\.py/.exec(messages.at(-1)!.text)![0]) as never,
  ]);
  const game = await play(createPolicyCodeAgent(coder, { toolSet }), createPolicyTestAgent(tester, { toolSet }));
  expect(game.stop).toEqual({ after: 1, by: 'passed' });
  expect(game.suites.map((suite) => suite.length)).toEqual([1, 2]);
  expect(Buffer.from(game.chosen!.patch).toString()).not.toContain('test_reproduction');
  expect(await grade(game.chosen?.patch)).toBe('solved');
});

test('a patch that stands in the way of the tests stops nobody', async () => {
  const toolSet = createPlainToolSet();
  const inTheWay = await patchOf(tallybook.selection, { 'tests/test_written_leap.py/x.py': 'x = 1\n' });
  const coder = createPolicyCodeAgent(
    createScriptedPolicy([bash('cat tests/test_written_leap.py; rm -r tests'), SUBMIT]),
    { toolSet },
  );
  const suite = [tests.leap];
  const request = {
    ...place(),
    task: tallybook.selection,
    tests: suite,
    failing: suite,
    failures: 'x',
    patch: inTheWay,
  };
  const submission = await coder.mend({ ...request, iteration: 2, attempt: 1 });
  expect(submission.status).toBe('submitted');
  const searched = await createSearchCodeAgent({ budget: 1 }).mend({ ...request, iteration: 2, attempt: 1 });
  expect(searched.status).toMatch(/submitted|gave-up/);
});

test('a test agent that writes nonsense leaves the suite as it is', async () => {
  const toolSet = createPlainToolSet();
  const refusals: string[] = [];
  const steps = [bash('echo "def (" > tests/test_reproduction.py'), submit('tests/test_dates.py'), SUBMIT];
  const agent = createPolicyTestAgent(createScriptedPolicy(steps), {
    toolSet,
    onRefusal: (_, reason) => refusals.push(reason),
  });
  const request = { task: tallybook.selection, tests: [tests.leap], patch: new Uint8Array(), iteration: 0 };
  expect(await agent.write({ ...request, ...place() })).toEqual([tests.leap]);
  expect(refusals).toHaveLength(1);
});
