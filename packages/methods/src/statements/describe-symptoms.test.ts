import type { TestStatus } from '@swe-selfplay/artifact';
import { createTestRunner, type TestRun, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAIL_TO_PASS, type TallybookTask, tallybookTask } from '../../test-support/tallybook-task.js';
import { describeRun } from './describe-run.js';
import { describeSymptoms } from './describe-symptoms.js';
import { statementOf } from './statement.js';

let provider: SandboxProvider;
let runner: TestRunner;
let tallybook: TallybookTask;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  tallybook = await tallybookTask();
});
afterAll(() => provider.close());

test('symptoms name the failing test, what it raised and where in the code, and show nothing of the test', async () => {
  const { text, kind } = await describeSymptoms(tallybook.selection, { runner });
  expect(kind).toBe('symptoms');
  expect(text.split('\n')).toEqual([
    expect.stringMatching(/^2 of \d+ tests fail\.$/),
    '',
    `1. ${FAIL_TO_PASS[0]}`,
    '   ValueError: day is out of range for month',
    expect.stringMatching(/^ {3}at tallybook\/dates\.py:\d+ in add_months$/),
    '',
    `2. ${FAIL_TO_PASS[1]}`,
    '   ValueError: day is out of range for month',
    expect.stringMatching(/^ {3}at tallybook\/dates\.py:\d+ in add_months$/),
    expect.stringMatching(/^ {3}at tallybook\/dates\.py:\d+ in _nth$/),
    expect.stringMatching(/^ {3}at tallybook\/dates\.py:\d+ in occurrences$/),
    '',
  ]);
  expect(text).not.toContain('date(2024');
  expect(text).not.toContain('test_dates.py');
});

test('tests can be left without their names', async () => {
  const { text } = await describeSymptoms(tallybook.selection, { runner, namesTests: false });
  expect(text).toContain('1. A test fails\n   ValueError: day is out of range');
  expect(text).not.toContain('test_adds');
});

test('where nobody can read the failures, ids and the end of the output stand in, without lines of the tests', async () => {
  const testCommand = {
    script: Buffer.from('python3 -m unittest -v tests.test_dates 2>&1\n'),
    parser: Buffer.from(`import json, re, sys
found = re.findall(r"^(test_\\w+) \\(([\\w.]+)\\).*\\.\\.\\. (ok|FAIL|ERROR)$", sys.stdin.read(), re.M)
print(json.dumps({name: "passed" if how == "ok" else "failed" for name, case, how in found}))
`),
  };
  const task = { ...tallybook.selection, testCommand };
  const { text } = await describeSymptoms(task, { runner });
  expect(text).toMatch(/^2 of \d+ tests fail\.\n\n1\. test_adds_months_to_the_last_day_of_a_long_month\n/);
  expect(text).toContain('ValueError: day is out of range for month');
  expect(text).toContain('File "tallybook/dates.py"');
  expect(text).not.toContain('date(2024, 1, 31)');
  expect(text).not.toContain(process.cwd());
  expect(text).not.toMatch(/\d\.\d+s/);
});

test('the specification is a statement too', async () => {
  const { text, kind } = await statementOf(tallybook.selection, 'specification', { runner });
  expect(kind).toBe('specification');
  expect(text).toContain('+        self.assertEqual(add_months(date(2024, 1, 31), 1), date(2024, 2, 29))');
});

const failure = (id: string, error: string, frames: readonly unknown[] = []) =>
  JSON.stringify({ id, status: 'failed', error, frames });

function runOf(results: readonly string[], report: Iterable<readonly [string, TestStatus]>): TestRun {
  const output = Buffer.from([`=== results of ${results.length} tests ===`, ...results, ''].join('\n'));
  return {
    script: { ending: 'exited', output, durationMs: 1 },
    parse: { status: 'parsed', report: new Map(report) },
    isCached: false,
  };
}

const paths = new Set(['lib/core.py', 'tests/test_core.py', 'checks.py']);
const testPaths = new Set(['checks.py']);

test('frames in tests, and in files that are not there, are not told; the innermost come first', () => {
  const frames = [
    ['tests/test_core.py', 3, 'test_it'],
    ['checks.py', 4, 'check'],
    ['lib/core.py', 5, 'outer'],
    ['lib/core.py', 6, 'inner'],
    ['/etc/passwd', 1, 'root'],
  ];
  const run = runOf([failure('t', 'KeyError: 1', frames)], [['t', 'failed']]);
  expect(describeRun(run, { paths, testPaths })).toBe(
    '1 of 1 tests fails.\n\n1. t\n   KeyError: 1\n   at lib/core.py:6 in inner\n   at lib/core.py:5 in outer\n',
  );
});

test('paths of the machine, addresses and durations are taken out of messages', () => {
  const error = 'OSError: /workspace/lib/core.py and /tmp/tmpx1/data <C object at 0x7f2a3b4c5d> after 1.25s';
  const run = runOf([failure('t', error)], [['t', 'failed']]);
  expect(describeRun(run, { paths, testPaths })).toContain(
    'OSError: lib/core.py and <path> <C object at <address>> after <time> s\n',
  );
});

test('of many failing tests some are told, in one order', () => {
  const ids = Array.from({ length: 30 }, (_, index) => `t${String(index).padStart(2, '0')}`);
  const run = (order: readonly string[]) =>
    runOf(
      order.map((id) => failure(id, 'E: x')),
      order.map((id) => [id, 'failed'] as const),
    );
  const text = describeRun(run(ids), { paths, testPaths, maxTests: 3 });
  expect(text).toContain('3. t02\n');
  expect(text).toContain('\n27 more fail.\n');
  expect(describeRun(run(ids.toReversed()), { paths, testPaths, maxTests: 3 })).toBe(text);
});

test('a run that was cut says so', () => {
  const run: TestRun = {
    script: { ending: 'timed-out', output: Buffer.from('test_a ...'), durationMs: 1 },
    parse: undefined,
    isCached: false,
  };
  const text = describeRun(run, { paths, testPaths });
  expect(text).toContain('The tests do not come to an end: timed-out.');
  expect(text).toContain('test_a ...');
});

test('whatever is printed, the text is bounded and holds no control characters', () => {
  const piece = fc.constantFrom(
    '\u001b[31m',
    '\u001b]0;',
    '\u202e',
    '\ud800',
    '\u0000',
    '```',
    '/tmp/x ',
    'x'.repeat(300),
  );
  const nasty = fc
    .array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 30, size: 'max' })
    .map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(nasty, nasty, nasty, (id, error, name) => {
      const readable = runOf([failure(id, error, [['lib/core.py', 1, name]])], [[id, 'failed']]);
      const unreadable: TestRun = {
        ...readable,
        script: { ending: 'exited', output: Buffer.from(`${error}\u001b[31m\u202e${name}`), durationMs: 1 },
      };
      for (const run of [readable, unreadable]) {
        const text = describeRun(run, { paths, testPaths });
        expect(text.length).toBeLessThan(4000);
        expect(text).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}]/u);
      }
    }),
    { numRuns: 40 },
  );
});
