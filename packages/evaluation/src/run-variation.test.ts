import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command, library, PYTEST, UNITTEST } from '../test-support/tiny-library.js';
import { createTestRunner } from './create-test-runner.js';
import type { ParseVariation, RunVariation } from './run-variation.js';
import { reportOf } from './test-run.js';
import type { TestRunner } from './test-runner.js';

let provider: SandboxProvider;
let runner: TestRunner;
beforeAll(async () => {
  provider = await createSandboxProvider({});
  runner = createTestRunner({ provider, jobs: 2, limits: { maxOutputBytes: 100_000 } });
});
afterAll(() => provider.close());

const original = library();
const bashScript = (script: string) => ({ script: Buffer.from(script), parser: Buffer.from('print("{}")\n') });

/** The last parts of the ids of tests, in the order in which they ran. */
async function orderOf(script: string, variation?: RunVariation, repeat = 0): Promise<string[]> {
  const { script: run, witness } = await runner.run(original, command(script), {
    repeat,
    ...(variation && { variation }),
  });
  expect(witness?.status).toBe('complete');
  const lines = Buffer.from(run.output).toString().split('\n');
  return lines.flatMap((line) => /(test_\w+)( PASSED| \(.*\.\.\. ok)/.exec(line)?.[1] ?? []);
}

describe.each([UNITTEST, PYTEST])('%s', (script) => {
  test.concurrent('runs its tests in another order when asked', async () => {
    const usual = await orderOf(script);
    const reversed = await orderOf(script, { order: 'reversed' });
    expect(reversed).toEqual([...usual].reverse());
    const shuffles = await Promise.all([1, 2, 3].map((repeat) => orderOf(script, { order: 'shuffled' }, repeat)));
    for (const shuffled of shuffles) expect([...shuffled].sort()).toEqual([...usual].sort());
    expect(new Set(shuffles.map(String)).size).toBeGreaterThan(1);
    // The four tests of the class stay together.
    for (const shuffled of shuffles) {
      const places = ['test_double_of_a_list', 'test_is_even'].map((name) => shuffled.indexOf(name));
      expect(Math.abs(places[0]! - places[1]!)).toBeLessThan(4);
    }
  });
});

test('runs in another time zone when asked', async () => {
  const zone = async (variation: RunVariation) => {
    const { script } = await runner.run(original, bashScript('date -d @0 +%H:%M'), { variation });
    return Buffer.from(script.output).toString();
  };
  expect(await zone({})).toBe('00:00\n');
  expect(await zone({ timeZone: 'XYZ-5:45' })).toBe('05:45\n');
});

test('reads the same output with another parser without another run', async () => {
  const fresh = createTestRunner({ provider });
  const parsers = ['print("{}")\n', 'print(\'{"a": "passed"}\')\n'];
  const runs = [];
  for (const parser of parsers) {
    runs.push(await fresh.run(original, { script: Buffer.from('echo x\n'), parser: Buffer.from(parser) }));
  }
  expect(fresh.counts).toEqual({ executed: 1, cached: 1 });
  expect(runs.map((run) => [...reportOf(run).keys()])).toEqual([[], ['a']]);
});

test('bounds the output of a run as it would without a witness', async () => {
  const print = (bytes: number) => bashScript(`head -c ${bytes} /dev/zero | tr '\\0' x`);
  const within = await runner.run(original, print(100_000));
  expect(within).toMatchObject({ script: { ending: 'exited' }, witness: { status: 'absent' } });
  expect(within.script.output.length).toBe(100_000);
  for (const bytes of [100_001, 20_000_000]) {
    const over = await runner.run(original, print(bytes));
    expect(over.script.ending).toBe('output-exceeded');
    expect(over.script.output.length).toBe(100_000);
    expect(over.witness).toBeUndefined();
  }
});

test('keeps both streams in order and does not wait for what the script leaves behind', async () => {
  const script = 'for i in 1 2 3; do echo out $i; echo err $i >&2; done; sleep 60 & setsid sleep 60 &';
  const startedAt = performance.now();
  const { script: run } = await runner.run(original, bashScript(script));
  expect(Buffer.from(run.output).toString()).toBe('out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n');
  expect(performance.now() - startedAt).toBeLessThan(30_000);
});

test('a run without a witness says nothing of one', async () => {
  const bare = createTestRunner({ provider, isWitnessed: false });
  const run = await bare.run(original, command(UNITTEST));
  expect(run.witness).toBeUndefined();
  expect(reportOf(run).size).toBe(4);
});

describe('a parser', () => {
  const PARSER = `
import json, os, sys, time
print(json.dumps({'%s %s %s %d' % (os.getcwd(), time.strftime('%z'), os.environ['PYTHONHASHSEED'], len(os.environ)): 'passed'}))
`;
  const surroundings = async (variation?: ParseVariation) => {
    const impure = { script: Buffer.from(''), parser: Buffer.from(PARSER) };
    const parse = await runner.parse(impure, Buffer.from(''), variation && { variation });
    if (parse.status === 'invalid') throw new Error(parse.reason);
    return [...parse.report.keys()][0]!.split(' ');
  };

  test('can be run in other surroundings', async () => {
    const [usual, other] = await Promise.all([
      surroundings(),
      surroundings({ directory: '/tmp', timeZone: 'XYZ-5:45', hashSeed: 9, environmentSeed: 1 }),
    ]);
    expect(usual.slice(1, 3)).toEqual(['+0000', '0']);
    expect(other.slice(0, 3)).toEqual(['/tmp', '+0545', '9']);
    expect(other[0]).not.toBe(usual[0]);
    expect(Number(other[3])).toBeGreaterThan(Number(usual[3]));
  });
});

test('many outputs wait with one signal, and nobody is warned of a leak', async () => {
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on('warning', hear);
  const { signal } = new AbortController();
  const output = Buffer.from('{}\n');
  const parses = Array.from({ length: 12 }, () => runner.parse(bashScript(':'), output, { signal }));
  await Promise.all(parses);
  process.off('warning', hear);
  expect(warnings).toEqual([]);
});
