import type { TestRun, Witness, WitnessedOutcome } from '@swe-selfplay/evaluation';
import { expect, test } from 'vitest';
import { crediblePasses } from './credible-passes.js';

type Statuses = Readonly<Record<string, 'passed' | 'failed'>>;
type Outcomes = Readonly<Record<string, WitnessedOutcome>>;

function run(report: Statuses, outcomes?: Outcomes, witness: Partial<Witness> = {}): TestRun {
  return {
    script: { ending: 'exited', output: new Uint8Array(), durationMs: 1 },
    parse: { status: 'parsed', report: new Map(Object.entries(report)) },
    witness: outcomes && { status: 'complete', results: new Map(Object.entries(outcomes)), tampered: [], ...witness },
    isCached: false,
  };
}

async function passes(after: TestRun, baseline: TestRun, repeated: TestRun | null = baseline): Promise<string[]> {
  const credibility = { baseline, repeatBaseline: async () => repeated, testFiles: ['tests/test_a.py'] };
  return [...(await crediblePasses(after, credibility))];
}

const A = 't.A.test_a';
const B = 't.A.test_b';
const before = run({ [A]: 'failed', [B]: 'passed' }, { [`unittest ${A}`]: 'failed', [`unittest ${B}`]: 'passed' });
const bothReported: Statuses = { [A]: 'passed', [B]: 'passed' };
const bothSeen: Outcomes = { [`unittest ${A}`]: 'passed', [`unittest ${B}`]: 'passed' };

test('what the parser and the witness agree on has passed', async () => {
  expect(await passes(run(bothReported, bothSeen), before)).toEqual([A, B]);
  expect(await passes(run({ [A]: 'failed', [B]: 'passed' }, bothSeen), before)).toEqual([B]);
  expect(await passes(before, before)).toEqual([B]);
});

test.each<[string, TestRun, string[]]>([
  ['failed', run(bothReported, { ...bothSeen, [`unittest ${A}`]: 'failed' }), [B]],
  ['was not seen', run(bothReported, { [`unittest ${B}`]: 'passed' }), [B]],
  ['was skipped', run(bothReported, { ...bothSeen, [`unittest ${A}`]: 'skipped' }), [B]],
  [
    'was put in its place',
    run(bothReported, { [`unittest ${A} of /w/x.py`]: 'passed', [`unittest ${B}`]: 'passed' }),
    [B],
  ],
])('a test that by the witness %s has not passed', async (_what, after, expected) => {
  expect(await passes(after, before)).toEqual(expected);
});

test('a test that is skipped without the patch as well is what the parser makes of it', async () => {
  const skipped = run({ [A]: 'passed' }, { [`unittest ${A}`]: 'skipped' });
  expect(await passes(skipped, skipped)).toEqual([A]);
});

test('nothing passes where the session did not end in order, or was tampered with', async () => {
  expect(await passes(run(bothReported, bothSeen, { status: 'incomplete' }), before)).toEqual([]);
  expect(await passes(run(bothReported, {}, { status: 'absent' }), before)).toEqual([]);
  const tampered = run(bothReported, bothSeen, { tampered: ['unittest.TestCase.run'] });
  expect(await passes(tampered, before)).toEqual([]);
  // A habit of the repository, which shows in one of two runs without the patch.
  expect(await passes(tampered, before, tampered)).toEqual([A, B]);
  expect(await passes(tampered, before, null)).toEqual([]);
});

test('a test must run the code that it runs without the patch', async () => {
  const code = (digest: string) => new Map([[`unittest ${B}`, `w${digest.repeat(16)}tests/test_a.py`]]);
  const known = run({ [B]: 'passed' }, { [`unittest ${B}`]: 'passed' }, { code: code('a') });
  expect(await passes(run({ [B]: 'passed' }, { [`unittest ${B}`]: 'passed' }, { code: code('a') }), known)).toEqual([
    B,
  ]);
  expect(await passes(run({ [B]: 'passed' }, { [`unittest ${B}`]: 'passed' }, { code: code('b') }), known)).toEqual([]);
});

test('an id that stands for several tests passes where none of them fails', async () => {
  const lossy = (first: WitnessedOutcome) =>
    run({ test_a: 'passed' }, { 'pytest x.py::test_a[1]': first, 'pytest x.py::test_a[2]': 'passed' });
  expect(await passes(lossy('passed'), lossy('failed'))).toEqual(['test_a']);
  expect(await passes(lossy('failed'), lossy('failed'))).toEqual([]);
});

test('ids in a spelling of their own count unless the witness saw a failure that none of them tells', async () => {
  const foreign = (status: 'passed' | 'failed', seen: WitnessedOutcome) =>
    run({ case1: 'passed', case2: status }, { 'pytest x.py::test_a': 'passed', 'pytest x.py::test_b': seen });
  const baseline = foreign('failed', 'failed');
  expect(await passes(foreign('passed', 'passed'), baseline)).toEqual(['case1', 'case2']);
  expect(await passes(foreign('passed', 'failed'), baseline)).toEqual([]);
  expect(await passes(foreign('failed', 'failed'), baseline)).toEqual(['case1']);
});

test('a runner that the witness does not know is believed, and so is a run without a witness', async () => {
  const unknown = run(bothReported, {}, { status: 'absent' });
  expect(await passes(unknown, run({ [A]: 'failed' }, {}, { status: 'absent' }))).toEqual([A, B]);
  expect(await passes(run(bothReported), run({ [A]: 'failed' }))).toEqual([A, B]);
});
