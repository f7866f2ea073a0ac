import { applyPatch, createSnapshot, diffSnapshots, memoryBase, parsePatch, withFiles } from '@swe-selfplay/artifact';
import { createTestRunner, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HALF_RIGHT, RIGHT, type TallybookTask, tallybookTask, WRONG } from '../../test-support/tallybook-task.js';
import { buildTrainingTasks, fixedSnapshot } from './build-training-tasks.js';
import { filterLocalisations, filterRepairs, filterTests } from './filter-answers.js';
import { fixAsBlocks } from './fix-as-blocks.js';
import { printJsonLines, sftLine, type TrainingTask } from './training-tasks.js';

let provider: SandboxProvider;
let runner: TestRunner;
let tallybook: TallybookTask;
let built: readonly TrainingTask[];

beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  tallybook = await tallybookTask();
  const provenance = { formatVersion: 1, strategy: 'direct' } as const;
  built = await buildTrainingTasks(tallybook.task, {
    runner,
    artifact: { id: 'a1', provenance },
    distractors: ['tallybook/budget.py'],
  });
});
afterAll(() => provider.close());

function taskOf<Kind extends TrainingTask['kind']>(kind: Kind): Extract<TrainingTask, { kind: Kind }> {
  return built.find((task): task is Extract<TrainingTask, { kind: Kind }> => task.kind === kind)!;
}

const solution = (blocks: string) => `<think>\nHm.\n</think>\n<solution>\n${blocks}\n</solution>`;
const mend = (line: string) =>
  solution(`\`\`\`python\n### tallybook/dates.py\n<<<<<<< SEARCH\n${WRONG}\n=======\n${line}\n>>>>>>> REPLACE\n\`\`\``);

test('a bug gives three tasks, each with what is known to be right', async () => {
  expect(built.map(({ kind }) => kind)).toEqual(['localise', 'repair', 'write-test']);
  expect(new Set(built.map(({ id }) => id)).size).toBe(3);
  expect(taskOf('localise').target).toEqual({ files: ['tallybook/dates.py'] });
  const { files, patch } = taskOf('repair').target;
  expect(files).toEqual(['tallybook/budget.py', 'tallybook/dates.py']);
  const parsed = parsePatch(Buffer.from(patch));
  if (parsed.status === 'refused') throw new Error(parsed.reason);
  const applied = await applyPatch(tallybook.task.grading.task, parsed.patch);
  expect(applied).toMatchObject({ status: 'applied', snapshot: { digest: fixedSnapshot(tallybook.task).digest } });
  expect(taskOf('write-test').target.functions.map(({ name }) => name)).toEqual([
    'MonthTest.test_adds_months_to_the_last_day_of_a_long_month',
  ]);
  expect(taskOf('write-test').target.functions[0]!.source).toContain('date(2024, 2, 29)');
});

test('prompts tell of the symptoms and show neither the fix nor the tests', () => {
  for (const { prompt } of built) {
    expect(prompt).toContain('day is out of range for month');
    expect(prompt).not.toContain(RIGHT.trim());
    expect(prompt).not.toContain('assertEqual');
  }
});

test('where the statement shows the tests, nobody is asked to write them', async () => {
  const shown = await buildTrainingTasks(tallybook.task, { runner, statement: 'specification' });
  expect(shown.map(({ kind }) => kind)).toEqual(['localise', 'repair']);
  expect(shown[0]!.prompt).toContain('date(2024, 2, 29)');
  for (const { prompt } of shown) expect(prompt).not.toContain(RIGHT.trim());
});

test('they are JSON lines with where they come from', () => {
  const lines = printJsonLines(built).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(built);
  expect(built[0]!.provenance).toEqual({
    task_id: tallybook.task.id,
    order: 1,
    artifact_id: 'a1',
    strategy: 'direct',
    statement: 'symptoms',
  });
  expect(sftLine(built[0]!, 'tallybook/dates.py', 2)).toMatchObject({
    id: `${built[0]!.id}-2`,
    messages: [
      { role: 'user', content: built[0]!.prompt },
      { role: 'assistant', content: 'tallybook/dates.py' },
    ],
  });
});

test('localisations are kept that name all files of the bug and fewer than five', () => {
  const answers = [
    'tallybook/dates.py',
    'tallybook/dates.py\ntallybook/money.py\ntallybook/budget.py\ntallybook/parser.py',
    'tallybook/dates.py\ntallybook/money.py\ntallybook/budget.py\ntallybook/parser.py\ntallybook/writer.py',
    'tallybook/dates.py\na.py\nb.py\nc.py\nd.py',
    'tallybook/money.py',
    '',
  ];
  const verdicts = filterLocalisations(tallybook.task, taskOf('localise'), answers);
  expect(verdicts.map(({ status }) => status)).toEqual(['kept', 'kept', 'dropped', 'dropped', 'dropped', 'dropped']);
});

test('repairs are kept that pass all tests', async () => {
  const { blocks } = taskOf('repair').target;
  const answers = [mend(RIGHT), mend(HALF_RIGHT), solution(blocks!), 'Nothing.'];
  const verdicts = await filterRepairs(tallybook.task, taskOf('repair'), answers, { runner });
  expect(verdicts.map(({ status }) => status)).toEqual(['kept', 'dropped', 'kept', 'dropped']);
});

test('tests are kept that fail with the bug and pass without, and the majority of them chooses one', async () => {
  const program = (expected: string, otherwise = 'reproduced') => `\`\`\`python
from datetime import date
from tallybook.dates import add_months

try:
    right = add_months(date(2024, 1, 31), 1) == ${expected}
except ValueError:
    right = False
print("Issue resolved" if right else "Issue ${otherwise}")
\`\`\``;
  const right = 'date(2024, 2, 29)';
  const answers = [
    program('date(2024, 3, 2)'),
    program(`date(2024, 3, 1).replace(month=2, day=29)`),
    program(right),
    program(`${right}  # a leap year`),
    program(right, 'resolved'),
    'Nothing.',
  ];
  const { verdicts, chosen } = await filterTests(tallybook.task, answers, { runner });
  expect(verdicts.map(({ status }) => status)).toEqual(['dropped', 'kept', 'kept', 'kept', 'dropped', 'dropped']);
  expect(chosen).toBe(2);
  expect((await filterTests(tallybook.task, ['Nothing.'], { runner })).chosen).toBeUndefined();
});

test('a fix is told as blocks only where they say just that', async () => {
  const before = createSnapshot(memoryBase({ 'a.py': 'x = 1\n\n\ny = 1\n', 'b.py': 'z\nz\n' }));
  async function blocksOf(files: Readonly<Record<string, string>>): Promise<string | null> {
    const entries = Object.entries(files).map(
      ([path, text]) => [path, { mode: '100644' as const, content: Buffer.from(text) }] as const,
    );
    const patch = await diffSnapshots(before, withFiles(before, entries));
    const texts = new Map(
      [
        ['a.py', 'x = 1\n\n\ny = 1\n'],
        ['b.py', 'z\nz\n'],
      ].filter(([path]) => path! in files) as [string, string][],
    );
    return fixAsBlocks(patch, texts, new Map(Object.entries(files)));
  }
  expect(await blocksOf({ 'a.py': 'x = 2\n\n\ny = 1\n' })).toContain('### a.py\n<<<<<<< SEARCH\nx = 1\n');
  expect(await blocksOf({ 'a.py': 'x = 1\n\n\ny = 1' })).toBeNull();
  expect(await blocksOf({ 'c.py': 'new\n' })).toBeNull();
  expect(await blocksOf({ 'a.py': 'x = 1\n\n>>>>>>> REPLACE\n```\ny = 1\n' })).toBeNull();
});
