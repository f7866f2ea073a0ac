import { createRandom, createSnapshot, diffSnapshots, memoryBase, printPatch, withFiles } from '@swe-selfplay/artifact';
import { createTestRunner, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tallybookCandidates } from '../../test-support/tallybook-candidates.js';
import { type TallybookTask, tallybookTask, wideSelection } from '../../test-support/tallybook-task.js';
import type { SelectionTask, WrittenTest } from '../evidence/evidence.js';
import { gatherMatrix } from '../evidence/gather-matrix.js';
import { perturbTest } from './perturb-test.js';
import { createSpecificationTestWriter } from './specification-test-writer.js';
import { specifiedTests } from './specified-tests.js';

const MONTHS = 'test_adds_months_to_the_last_day_of_a_long_month';
const RECURS = 'test_comes_back_to_the_last_day_after_a_short_month';
const PASSING = 'test_month_of_a_day';

let provider: SandboxProvider;
let runner: TestRunner;
let bug: TallybookTask;
let wide: SelectionTask;

beforeAll(async () => {
  provider = await createSandboxProvider();
  runner = createTestRunner({ provider, jobs: 2 });
  bug = await tallybookTask();
  wide = await wideSelection(bug);
});

afterAll(async () => {
  await provider.close();
});

interface Wanted {
  readonly count: number;
  readonly seed?: number;
  readonly noise?: number;
}

function write(task: SelectionTask, { count, seed = 1, noise = 0 }: Wanted): Promise<readonly WrittenTest[]> {
  const { view, testCommand, testFiles } = task;
  const options = { count, seed, testCommand, testFiles, runner, provider };
  return createSpecificationTestWriter({ noise }).write(view, options);
}

function namesIn({ files }: WrittenTest): string[] {
  const text = Buffer.from([...files.values()][0]!).toString('utf8');
  return [MONTHS, RECURS, PASSING].filter((name) => text.includes(`def ${name}(`));
}

test('each specified test is a test of its own, then sets of them, as far as there are any', async () => {
  const tests = await write(wide, { count: 20 });
  expect(tests.slice(0, 3).map(namesIn).sort()).toEqual([[MONTHS], [PASSING], [RECURS]].sort());
  const sets = tests.slice(3).map(namesIn);
  expect(sets.map((set) => set.join()).sort()).toEqual(
    [
      [MONTHS, RECURS],
      [MONTHS, PASSING],
      [RECURS, PASSING],
      [MONTHS, RECURS, PASSING],
    ]
      .map((set) => set.join())
      .sort(),
  );
  const own = tests.find((each) => namesIn(each).join() === RECURS)!;
  expect(own.testIds).toContain(`tests.test_dates.RecurrenceTest.${RECURS}`);
  expect(own.testIds).toContain('tests.test_dates.MonthTest.test_days_in_month_knows_leap_years');
  expect(own.testIds).toHaveLength(11 + 1);
  expect(tests.every(({ note }) => note === undefined)).toBe(true);

  // Those that fail are kept, and tell the right patch from the half right one.
  const { right, halfRight } = await tallybookCandidates(bug);
  const singles = tests.slice(0, 3).sort((a, b) => (namesIn(a) < namesIn(b) ? -1 : 1));
  const { view } = wide;
  const matrix = await gatherMatrix({ ...wide, view }, [right, halfRight], singles, { runner, hasRegressions: false });
  expect(matrix.baselines.map(({ status, failBefore }) => [status, failBefore])).toEqual([
    ['kept', 1],
    ['kept', 1],
    ['passing', 0],
  ]);
  const fixed = matrix.candidates.map((each) => each.status === 'ready' && each.counts.map((cell) => cell?.failToPass));
  expect(fixed).toEqual([
    [1, 1],
    [0, 0],
  ]);
});

test('equal seeds write equal tests, and others choose differently', async () => {
  const [first, again] = [
    await write(wide, { count: 2, seed: 5, noise: 0.5 }),
    await write(wide, { count: 2, seed: 5, noise: 0.5 }),
  ];
  expect(again).toEqual(first);
  const chosen = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => write(wide, { count: 1, seed })));
  expect(new Set(chosen.map(([only]) => namesIn(only!).join())).size).toBeGreaterThan(1);
});

test('noise makes a mistake in what is expected, and nothing else', async () => {
  const [[honest], [wrong]] = [
    await write(bug.selection, { count: 1 }),
    await write(bug.selection, { count: 1, noise: 1 }),
  ];
  const linesOf = (written: WrittenTest | undefined) =>
    Buffer.from([...written!.files.values()][0]!)
      .toString()
      .split('\n');
  const changed = linesOf(wrong).filter((line, row) => line !== linesOf(honest)[row]);
  expect(linesOf(wrong)).toHaveLength(linesOf(honest).length);
  expect(changed).toHaveLength(1);
  expect(changed[0]).toContain('self.assertEqual(add_months(');
});

test('a mistake is made in assertions of the function alone', () => {
  const source = `def helper():\n    return 1\n\n\ndef test_a():\n    x = 7\n    assert x + 1 == 8\n`;
  const seen = new Set(Array.from({ length: 40 }, (_, seed) => perturbTest(source, 'test_a', createRandom(seed))));
  expect(seen.size).toBeGreaterThan(2);
  for (const text of seen) {
    expect(text).toMatch(/^def helper\(\):\n {4}return 1\n\n\ndef test_a\(\):\n {4}x = 7\n {4}assert /);
    expect(text).not.toBe(source);
  }
  expect(perturbTest('def test_a():\n    run(1)\n', 'test_a', createRandom(1))).toBeUndefined();
  expect(perturbTest(source, 'test_b', createRandom(1))).toBeUndefined();
});

test('what cannot be split is a test as a whole, and says so', async () => {
  const [weak, full] = ['check 1\n', 'check 1\ncheck 2\n'].map((text) => ({
    mode: '100644' as const,
    content: Buffer.from(text),
  }));
  const snapshot = createSnapshot(memoryBase({ 'checks.txt': weak!.content, 'code.py': 'x = 1\n' }));
  const specification = await diffSnapshots(snapshot, withFiles(snapshot, [['checks.txt', full!]]));
  const view = { ...bug.selection.view, snapshot, specification, specificationText: printPatch(specification) };
  const before = runner.counts.executed;
  const tests = await write({ ...bug.selection, view }, { count: 3, noise: 1 });
  expect(tests).toHaveLength(1);
  expect(tests[0]).toMatchObject({ files: new Map([['checks.txt', full!.content]]), note: /whole file/i });
  expect(runner.counts.executed).toBe(before);
});

test('helpers that were weakened come back with every test, and are none themselves', async () => {
  const tests = (bodies: readonly string[]) =>
    bodies.map((body, index) => `def test_${index}():\n    check(${body})\n`).join('\n\n');
  const helper = (body: string) => `def check(value):\n    ${body}\n`;
  const weak = { 'tests/test_a.py': tests(['1', '1']), 'tests/helper.py': helper('pass') };
  const full = { 'tests/test_a.py': tests(['2', '3']), 'tests/helper.py': helper('assert value > 1') };
  const entries = Object.entries(full).map(
    ([path, text]) => [path, { mode: '100644', content: Buffer.from(text) }] as const,
  );
  const snapshot = createSnapshot(memoryBase({ ...weak, 'code.py': 'x = 1\n' }));
  const restored = withFiles(snapshot, entries);
  const { units, filesWith, filesWithout } = await specifiedTests({
    ...bug.selection.view,
    snapshot,
    specification: await diffSnapshots(snapshot, restored),
  });
  const names = (files: ReadonlyMap<string, string | Uint8Array>) =>
    [...files.values()]
      .flatMap((text) =>
        [
          ...Buffer.from(text)
            .toString()
            .matchAll(/def (\w+)/g),
        ].map(([, name]) => name),
      )
      .sort();
  expect(units.map(({ qualifiedName }) => qualifiedName)).toEqual(['test_0', 'test_1']);
  expect(names(filesWith([units[1]!]))).toEqual(['check', 'test_1']);
  expect(Buffer.from(filesWith([units[1]!]).get('tests/helper.py')!).toString()).toBe(full['tests/helper.py']);
  expect(names(filesWithout(['tests/test_a.py', 'tests/helper.py']))).toEqual(['check']);

  // Where nothing but the helper was weakened, it is the test.
  const onlyHelper = withFiles(
    snapshot,
    entries.filter(([path]) => path === 'tests/helper.py'),
  );
  const alone = await specifiedTests({
    ...bug.selection.view,
    snapshot,
    specification: await diffSnapshots(snapshot, onlyHelper),
  });
  expect(alone.units).toEqual([{ path: 'tests/helper.py', qualifiedName: undefined }]);
  expect(names(alone.filesWith(alone.units))).toEqual(['check']);
});

test.each([Number.NaN, -0.1, 1.5])('refuses noise of %s', (noise) => {
  expect(() => createSpecificationTestWriter({ noise })).toThrow(/share of 0\.\.1/);
});
