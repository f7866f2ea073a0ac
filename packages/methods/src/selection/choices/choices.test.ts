import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CandidateEvidence, CandidatePatch, TestCounts, WrittenTest } from '../../evidence/evidence.js';
import type { GatheredEvidence } from '../written-evidence.js';
import { chooseByCritic } from './choose-by-critic.js';
import { chooseDeepswe } from './choose-deepswe.js';
import { chooseInfcode } from './choose-infcode.js';
import { chooseSweRl } from './choose-swe-rl.js';
import { chooseSweSwiss } from './choose-swe-swiss.js';

/** A candidate: its score, what came of each written test, and how many tests it breaks. `null`: not known. */
interface Row {
  readonly score?: number | null;
  readonly passes: readonly (boolean | null)[];
  readonly breaks: number | null;
  readonly patch: string;
  readonly why?: 'empty' | 'refused';
}

const PASSES: TestCounts = { failBefore: 2, passBefore: 3, failToPass: 2, passToPass: 3 };
const FAILS: TestCounts = { ...PASSES, failToPass: 1 };

function written(id: number, writer = 'one', text = `test ${id}`): WrittenTest {
  const command = { script: Buffer.from('true'), parser: Buffer.from('') };
  return { id: `${id}`, files: new Map([['checks.txt', Buffer.from(text)]]), command, writer };
}

function gathered(rows: readonly Row[], tests: readonly WrittenTest[]): GatheredEvidence {
  const candidates = rows.map(({ score, patch, why }, index): CandidatePatch => {
    const predPatch = Buffer.from(why ? '' : patch);
    return { id: `${index}`, predPatch, isFinished: true, iteration: 0, ...(score !== undefined && { score }) };
  });
  const evidence = rows.map(({ passes, breaks, patch, why }, index): CandidateEvidence => {
    if (why) return { status: 'none', id: `${index}`, why, reason: '' };
    const counts = passes.map((each) => (each === null ? null : each ? PASSES : FAILS));
    const regressionFailures = breaks === null ? null : Array.from({ length: breaks }, (_, at) => `t${at}`);
    const effectivePatch = Buffer.from(patch);
    return { status: 'ready', id: `${index}`, stateKey: patch, effectivePatch, regressionFailures, counts };
  });
  const tally = { requested: 0, distinct: 0, executed: 0, cached: 0 };
  const regressionTests = ['t0', 't1', 't2', 't3', 't4'];
  return { candidates, matrix: { baselines: [], tests, regressionTests, candidates: evidence, tally } };
}

const patchesOf = (rows: readonly Row[]) => rows.map(({ patch, why }) => (why ? '' : patch));
const CHOICES = {
  deepswe: (rows: readonly Row[], tests: readonly WrittenTest[]) =>
    chooseDeepswe(gathered(rows, tests), { n: rows.length }),
  'swe-swiss': (rows: readonly Row[], tests: readonly WrittenTest[]) =>
    chooseSweSwiss(gathered(rows, tests), patchesOf(rows)),
  'swe-rl': (rows: readonly Row[], tests: readonly WrittenTest[]) =>
    chooseSweRl(gathered(rows, tests), patchesOf(rows)),
  critic: (rows: readonly Row[], tests: readonly WrittenTest[]) => chooseByCritic(gathered(rows, tests)),
  infcode: (rows: readonly Row[], tests: readonly WrittenTest[]) => chooseInfcode(gathered(rows, tests)),
};

const TESTS = [written(1), written(2), written(3)];
const aRow: fc.Arbitrary<Row> = fc.record(
  {
    score: fc.option(fc.constantFrom(0.1, 0.5, 0.9)),
    passes: fc.array(fc.option(fc.boolean(), { freq: 6 }), { minLength: 3, maxLength: 3 }),
    breaks: fc.option(fc.nat(3), { freq: 6 }),
    patch: fc.constantFrom('left', 'right', 'up'),
    why: fc.constantFrom('empty' as const, 'refused' as const),
  },
  { requiredKeys: ['passes', 'breaks', 'patch'] },
);

test.each(Object.entries(CHOICES))('%s never chooses what has no patch, and scores by candidate', (_method, choose) => {
  fc.assert(
    fc.property(fc.array(aRow, { maxLength: 6 }), (rows) => {
      const { index, scores, survivors } = choose(rows, TESTS);
      expect(scores).toHaveLength(rows.length);
      if (index === undefined) return;
      expect(rows[index]!.why).toBeUndefined();
      expect(survivors).toContain(index);
    }),
    { seed: 3, numRuns: 200 },
  );
});

test.each(Object.entries(CHOICES))('%s chooses alike in any order of the candidates, ties apart', (_method, choose) => {
  const shuffled = fc.array(aRow, { minLength: 1, maxLength: 6 }).chain((rows) =>
    fc.tuple(
      fc.constant(rows),
      fc.shuffledSubarray(
        rows.map((_, index) => index),
        { minLength: rows.length },
      ),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([rows, order]) => {
      const first = choose(rows, TESTS);
      const again = choose(
        order.map((index) => rows[index]!),
        TESTS,
      );
      const close = (left: number | null | undefined, right: number | null | undefined) =>
        left == null || right == null ? left === right : Math.abs(left - right) < 1e-12 || left === right;
      expect(order.every((from, to) => close(first.scores[from], again.scores[to]))).toBe(true);
      expect(new Set(again.survivors.map((at) => order[at]!))).toEqual(new Set(first.survivors));
      expect(first.index === undefined).toBe(again.index === undefined);
    }),
    { seed: 5, numRuns: 200 },
  );
});

const row = (passes: readonly (boolean | null)[], rest: Partial<Row> = {}): Row => ({
  passes,
  breaks: 0,
  patch: 'right',
  ...rest,
});

test('the reproduction test of SWE-Swiss is the one that was written most often', () => {
  const tests = [written(1), written(2, 'one', 'again'), written(3, 'one', 'again')];
  const rows = [row([true, false, false], { patch: 'left' }), row([false, true, true])];
  expect(CHOICES['swe-swiss'](rows, tests).index).toBe(1);
  expect(CHOICES['swe-swiss'](rows, TESTS).index).toBe(0);
});

test('an empty patch sets how few failures are the fewest, as in the code of SWE-Swiss', () => {
  const rows = [
    row([true, true, true], { breaks: 1 }),
    row([false, false, false], { breaks: 2 }),
    row([], { why: 'empty' }),
  ];
  const { index, reason } = CHOICES['swe-swiss'](rows, TESTS);
  expect(index).toBe(0);
  expect(reason).toMatch(/the tests kept none/);
});

test('of equal tests Agentless Mini counts one, and no more than it is told', () => {
  const same = TESTS.map((_, id) => written(id, 'one', 'same'));
  const rows = [row([true, true, true], { patch: 'left' }), row([false, false, false]), row([false, false, false])];
  expect(chooseSweRl(gathered(rows, same), patchesOf(rows)).survivors).toEqual([0]);
  const none = chooseSweRl(gathered(rows, TESTS), patchesOf(rows), { maxTests: 0 });
  expect([none.index, none.survivors]).toEqual([1, [0, 1, 2]]);
});

test('a critic hears of a patch that is known to fail only where tests keep none', () => {
  const rows = [
    row([true, true, false], { score: 0.9 }),
    row([true, true, true], { score: 0.1 }),
    row([true, true, null], { score: 0.5 }),
  ];
  expect(CHOICES.critic(rows, TESTS).index).toBe(1);
  expect(CHOICES.critic([rows[0]!, rows[2]!], TESTS).index).toBe(0);
  expect(chooseByCritic(gathered(rows, TESTS), { reproduction: 'voted' }).index).toBe(0);
  expect(CHOICES.critic([row([true, true, true]), row([true, true, true], { score: null })], TESTS).index).toBe(0);
});

test('the tests of the first writer reproduce, those of all are the strengthened suite', () => {
  const rounds = [written(1, 'round 0'), written(2, 'round 1'), written(3, 'round 2')];
  const rows = [row([false, true, true]), row([true, false, false]), row([true, true, false])];
  const { index, scores } = chooseInfcode(gathered(rows, rounds));
  expect(index).toBe(2);
  expect(scores).toEqual([2 + 2 / 3, 4 + 2 + 1 / 3, 4 + 2 + 2 / 3]);
});
