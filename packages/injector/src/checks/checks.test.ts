import { describe, expect, test } from 'vitest';
import { buildEvidence, buildTestRun, type EvidenceDescription } from '../build-evidence.js';
import { DEFAULT_CHECKS } from '../default-checks.js';
import { DEFAULT_RULES } from '../validation-rules.js';

const ids = Array.from({ length: 12 }, (_, index) => `t${index}`);
const report = (...failing: string[]) =>
  Object.fromEntries(ids.map((id) => [id, failing.includes(id) ? ('failed' as const) : ('passed' as const)]));

const valid: EvidenceDescription = {
  original: report(),
  buggy: report('t1', 't2'),
  weakened: report('t2'),
  reverted: { 'a.py': report('t2'), 'b.py': report('t1') },
};

const without = (...ids: string[]) => Object.fromEntries(Object.entries(report()).filter(([id]) => !ids.includes(id)));

function verdicts(description: EvidenceDescription): Record<string, string> {
  const evidence = buildEvidence(description);
  return Object.fromEntries(DEFAULT_CHECKS.map((check) => [check.id, check.judge(evidence).status]));
}

function firstFailure(description: EvidenceDescription): string | undefined {
  return Object.entries(verdicts(description)).find(([, status]) => status === 'failed')?.[0];
}

test('evidence without fault passes all nine checks', () => {
  expect(Object.values(verdicts(valid))).toEqual(Array(9).fill('passed'));
});

describe('one fault fails exactly the check that is there for it', () => {
  const cases: [title: string, check: string, change: Partial<EvidenceDescription>][] = [
    ['a diff with a problem', 'patches-apply', { problems: [{ file: 'bug_inject.diff', line: 3, reason: 'no hunk' }] }],
    [
      'a refused patch',
      'patches-apply',
      {
        testWeaken: {
          application: { status: 'refused', code: 'content-mismatch', reason: 'differs', line: 1, path: 'x' },
          paths: [],
          changes: [],
        },
      },
    ],
    ['a listed file that is absent', 'test-files', { testFiles: [{ path: 'tests/test_all.py', found: 'nothing' }] }],
    ['a listed link', 'test-files', { testFiles: [{ path: 'tests/test_all.py', found: 'link' }] }],
    ['an empty list', 'test-files', { testFiles: [] }],
    [
      'weakening outside the list',
      'test-files',
      { testWeaken: { ...buildEvidence(valid).testWeaken, paths: ['src/a.py'] } },
    ],
    ['a guarded file', 'bug-scope', { guardedPaths: ['conftest.py'] }],
    ['too few changed files', 'bug-scope', { rules: { ...DEFAULT_RULES, minChangedFiles: 3 } }],
    ['too few passing tests', 'test-script', { rules: { ...DEFAULT_RULES, minPassingTests: 13 } }],
    ['a failing test on the original', 'test-script', { original: report('t5') }],
    ['a run over time', 'test-script', { original: [buildTestRun({ ending: 'timed-out' })] }],
    ['a silent script', 'test-script', { original: [buildTestRun({ report: report(), output: ' \n' })] }],
    [
      'a parser that fails on the weakened output only',
      'test-parser',
      { weakened: buildTestRun({ parse: { status: 'invalid', reason: 'exited with 1' } }) },
    ],
    [
      'a parser that fails on the original',
      'test-parser',
      { original: [buildTestRun({ output: 'x', parse: { status: 'invalid', reason: 'exited with 1' } })] },
    ],
    [
      'a parser that invents passes',
      'test-parser',
      {
        parserProbe: {
          again: buildTestRun({ report: report() }).parse!,
          empty: { status: 'parsed', report: new Map([['t1', 'passed' as const]]) },
        },
      },
    ],
    [
      'a parser that changes its mind',
      'test-parser',
      {
        parserProbe: {
          again: buildTestRun({ report: report('t3') }).parse!,
          empty: { status: 'parsed', report: new Map() },
        },
      },
    ],
    [
      'a flaky test on the buggy state',
      'determinism',
      { buggy: [buildTestRun({ report: report('t1', 't2') }), buildTestRun({ report: report('t2') })] },
    ],
    [
      'a test that is not always collected',
      'determinism',
      { original: [buildTestRun({ report: report() }), buildTestRun({ report: without('t9') })] },
    ],
    [
      'a test of the original that fails in the first run only',
      'determinism',
      { original: [buildTestRun({ report: report('t9') }), buildTestRun({ report: report() })] },
    ],
    [
      'many tests of the original that fail by chance, some of them twice',
      'determinism',
      { original: [buildTestRun({ report: report('t7', 't9') }), buildTestRun({ report: report('t7', 't8') })] },
    ],
    [
      'a test that is flaky where no more than enough tests pass',
      'determinism',
      {
        rules: { ...DEFAULT_RULES, minPassingTests: 12 },
        original: [buildTestRun({ report: report('t9') }), buildTestRun({ report: report() })],
      },
    ],
    [
      'a second run of the original over time',
      'test-script',
      { original: [buildTestRun({ report: report() }), buildTestRun({ ending: 'timed-out' })] },
    ],
    [
      'a parser that changes its mind and began with failures',
      'test-parser',
      {
        original: report('t3'),
        parserProbe: {
          again: buildTestRun({ report: report() }).parse!,
          empty: { status: 'parsed', report: new Map() },
        },
      },
    ],
    ['a bug that breaks nothing', 'bug-validity', { buggy: report() }],
    ['a bug that breaks all', 'bug-validity', { buggy: report(...ids) }],
    [
      'a bug that hangs',
      'bug-validity',
      { buggy: [buildTestRun({ ending: 'timed-out' }), buildTestRun({ ending: 'timed-out' })] },
    ],
    ['weakening that hides nothing', 'test-weakening', { weakened: report('t1', 't2') }],
    ['weakening by deleting the tests', 'test-weakening', { weakened: without('t1', 't2') }],
    ['an idle change', 'inverse-mutation', { reverted: { 'a.py': report(), 'b.py': report('t1', 't2') } }],
  ];
  test.each(cases)('%s: %s', (_title, check, change) => {
    expect(firstFailure({ ...valid, ...change })).toBe(check);
  });
});

test('a flaky test within the allowed share is left out of the tests that must fail', () => {
  const flakyBug = [buildTestRun({ report: report('t1') }), buildTestRun({ report: report() })];
  const statuses = verdicts({ ...valid, rules: { ...DEFAULT_RULES, maxFlakyShare: 0.5 }, buggy: flakyBug });
  expect(statuses.determinism).toBe('passed');
  expect(statuses['bug-validity']).toBe('failed');
});

test('without evidence no check passes but those on static facts', () => {
  const statuses = verdicts({ reverted: { 'a.py': {} }, buggy: undefined!, original: undefined! });
  expect(statuses['test-script']).toBe('skipped');
  expect(statuses.determinism).toBe('skipped');
  expect(statuses['bug-validity']).toBe('skipped');
});
