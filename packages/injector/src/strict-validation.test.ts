import { createHash } from 'node:crypto';
import { type BugArtifact, readFile } from '@swe-selfplay/artifact';
import { reportOf } from '@swe-selfplay/evaluation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Edits,
  editedLibrary,
  LIBRARY_PARSER,
  LIBRARY_SCRIPT,
  withEdits,
} from '../test-support/edited-library.js';
import { openWorkbench, SMALL_LIBRARY, type Workbench } from '../test-support/small-library.js';
import { buildEvidence, buildTestRun } from './build-evidence.js';
import { neutralEdit } from './checks/strict/neutral-edit.js';
import { DEFAULT_CHECKS } from './default-checks.js';
import { findParserFault } from './find-parser-fault.js';
import { probeParser } from './probe-parser.js';
import { STRICT_CHECKS, STRICT_RULES } from './strict-checks.js';
import { type ValidateOptions, validateArtifact } from './validate-artifact.js';
import type { RuleOverrides } from './validation-rules.js';

const WEAKER: Edits = {
  'tests/test_shop.py': [['self.assertEqual(Basket().add("gift", 0).prices["gift"], 0)', 'Basket()']],
};
/** Harmless by itself. */
const OTHER_TEXT = ['price + price * percent / 100', 'price + percent * price / 100'] as const;

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(SMALL_LIBRARY);
});
afterAll(() => bench.close());

async function validate(artifact: BugArtifact, options: Partial<ValidateOptions> = {}) {
  const report = await validateArtifact(artifact, bench.environment, { runner: bench.runner, ...options });
  return { ...report, failed: report.checks.filter(({ status }) => status !== 'passed' && status !== 'skipped') };
}

test('an honest bug is valid by the strict profile, whatever its number of runs', async () => {
  const artifact = await editedLibrary(bench.environment, {
    bug: { 'shop/basket.py': [['if price < 0', 'if price <= 0']] },
    weaken: WEAKER,
  });
  const report = await validate(artifact, { checks: STRICT_CHECKS, rules: { ...STRICT_RULES, repeats: 3 } });
  expect(report.checks.filter(({ status }) => status !== 'passed')).toEqual([]);
  // Three of each of two states, weakened and reverted; three with comments.
  expect(report.runs.executed + report.runs.cached).toBe(3 + 3 + 1 + 1 + 3);
  const neutral = report.checks.find(({ id }) => id === 'neutral-edit');
  expect(neutral?.evidence).toEqual({
    files: ['shop/__init__.py', 'shop/basket.py', 'shop/prices.py', 'tests/__init__.py', 'tests/test_shop.py'],
  });
});

describe('a failure that is keyed on the text of the code holds by the nine checks, and not when comments come in', () => {
  test('of another file, which only seems to matter', async () => {
    const prices = await withEdits(bench.environment.original, { 'shop/prices.py': [OTHER_TEXT] });
    const digest = createHash('md5')
      .update((await readFile(prices, 'shop/prices.py'))!.content)
      .digest('hex');
    const artifact = await editedLibrary(bench.environment, {
      bug: {
        'shop/prices.py': [OTHER_TEXT],
        'shop/basket.py': [
          ['from shop.prices', 'import hashlib, pathlib, shop.prices\nfrom shop.prices'],
          [
            'if price < 0',
            `if price < (hashlib.md5(pathlib.Path(shop.prices.__file__).read_bytes()).hexdigest() == "${digest}")`,
          ],
        ],
      },
      weaken: WEAKER,
    });
    expect((await validate(artifact)).failed).toEqual([]);
    const report = await validate(artifact, { checks: [...DEFAULT_CHECKS, neutralEdit] });
    expect(report.failed.map(({ id }) => id)).toEqual(['neutral-edit']);
    expect(report.failed[0]?.evidence).toMatchObject({
      state: 'buggy',
      tests: ['tests.test_shop.BasketTest.test_takes_gifts'],
      files: expect.arrayContaining(['shop/basket.py', 'shop/prices.py']),
    });
  });

  test('of a function that reads itself', async () => {
    const artifact = await editedLibrary(bench.environment, {
      bug: {
        'shop/basket.py': [
          ['from shop.prices', 'import inspect\nfrom shop.prices'],
          ['if price < 0', 'if price < (len(inspect.getsource(Basket.add)) == 440)'],
        ],
      },
      weaken: WEAKER,
    });
    const length = await lengthOfAdd(artifact);
    const keyed = await editedLibrary(bench.environment, {
      bug: {
        'shop/basket.py': [
          ['from shop.prices', 'import inspect\nfrom shop.prices'],
          ['if price < 0', `if price < (len(inspect.getsource(Basket.add)) == ${length})`],
        ],
      },
      weaken: WEAKER,
    });
    const report = await validate(keyed, { checks: [...DEFAULT_CHECKS, neutralEdit] });
    expect(report.failed.map(({ id }) => id)).toEqual(['neutral-edit']);
  });
});

/** Characters of `Basket.add` with its last line end, as `inspect.getsource` has it. */
async function lengthOfAdd({ files }: BugArtifact): Promise<number> {
  const line = /^\+(.*getsource.*)$/m.exec(Buffer.from(files['bug_inject.diff']).toString())![1]!;
  const add = / {4}def add[\s\S]*?return self\n/.exec(SMALL_LIBRARY['shop/basket.py']!)![0];
  return add.length - '        if price < 0:'.length + line.length;
}

test('flakiness that is proven ends the repeats, and the evidence says what each test did under which seed', async () => {
  const artifact = await editedLibrary(bench.environment, {
    bug: { 'shop/basket.py': [['if price < 0', 'if price < hash("gift") % 2']] },
    weaken: WEAKER,
  });
  const before = bench.runner.counts.executed;
  const report = await validate(artifact, { rules: { repeats: 8 } });
  const [verdict] = report.failed;
  expect(verdict?.id).toBe('determinism');
  const { quarantined, repeats } = verdict!.evidence as {
    quarantined: { id: string; original: string[]; buggy: string[] }[];
    repeats: unknown[];
  };
  const [flaky] = quarantined;
  expect(flaky?.id).toBe('tests.test_shop.BasketTest.test_takes_gifts');
  expect(flaky?.original).toEqual(Array(8).fill('passed'));
  expect(new Set(flaky?.buggy)).toEqual(new Set(['passed', 'failed']));
  // After two or six runs, as many of them as prove it.
  expect(flaky!.buggy.length).toBeLessThan(8);
  expect(repeats).toEqual(Array.from({ length: 8 }, (_, hashSeed) => ({ hashSeed })));
  expect(bench.runner.counts.executed - before).toBeLessThan(16);
});

test('a failure that hangs on the order of the tests shows where repeats vary it', async () => {
  const artifact = await editedLibrary(bench.environment, {
    bug: {
      'shop/basket.py': [
        ['    def __init__', '    shared = {}\n\n    def __init__'],
        ['self.prices = {}', 'self.prices = Basket.shared'],
      ],
    },
    weaken: WEAKER,
  });
  const verdictOn = async (rules: RuleOverrides) =>
    (await validate(artifact, { rules })).checks.find(({ id }) => id === 'determinism');
  expect((await verdictOn({}))?.status).toBe('passed');
  const varied = await verdictOn({ varyOrder: true });
  expect(varied?.status).toBe('failed');
  expect(varied?.evidence.repeats).toEqual([{ hashSeed: 0 }, { hashSeed: 1, order: 'reversed' }]);
});

describe('where our own reporter sees the tests run', () => {
  const bug: Edits = { 'shop/basket.py': [['if price < 0', 'if price <= 3']], 'shop/prices.py': [] };
  const weaken: Edits = { 'tests/test_shop.py': [['self.assertEqual(basket.cheapest(), ["jam"])', 'basket.cheapest']] };

  test('the report lists, for grading, what it saw pass', async () => {
    const report = await validate(await editedLibrary(bench.environment, { bug, weaken: WEAKER }));
    expect(report.witnessed).toHaveLength(12);
    expect(report.witnessed).toContain('unittest tests.test_shop.BasketTest.test_takes_gifts');
  });

  test('a parser that forgives one of two failures fails', async () => {
    const parser = LIBRARY_PARSER.replace('== "ok"', '== "ok" or "gifts" in match[1]');
    const report = await validate(await editedLibrary(bench.environment, { bug, weaken, parser }));
    expect(report.failed.map(({ id }) => id)).toEqual(['test-parser']);
    expect(report.failed[0]?.reason).toMatch(/reads 11 passing tests where the second witness sees 10/);
    expect(report.failed[0]?.evidence.failing).toContain('unittest tests.test_shop.BasketTest.test_takes_gifts');
  });
});

describe('a parser whose result hangs on its surroundings is found out', () => {
  const output = Buffer.from('test_a (m.T.test_a) ... ok\n');
  const reading = (expression: string) =>
    `import hashlib, json, os, sys, time\nsys.stdin.read()\nprint(json.dumps({"a": "passed" if ${expression} else "failed", "b": "passed"}))\n`;

  test.each([
    ['its directory', '"tmp" == os.path.basename(os.getcwd())'],
    ['the time zone', 'time.localtime(0).tm_hour == 5'],
    [
      'the hash seed',
      'hash("x") == __import__("ctypes").c_int64(hash("x")).value and os.environ["PYTHONHASHSEED"] == "0"',
    ],
    ['the environment', 'len(os.environ) % 2'],
    ['the second', 'int(time.time()) % 2'],
  ])('%s', async (_title, expression) => {
    const command = { script: Buffer.from(LIBRARY_SCRIPT), parser: Buffer.from(reading(expression)) };
    const signal = new AbortController().signal;
    const parse = await bench.runner.parse(command, output);
    const parserProbe = await probeParser(bench.runner, command, output, signal);
    const evidence = buildEvidence({ original: [{ ...buildTestRun({}), parse }], parserProbe });
    expect(findParserFault(evidence)?.reason).toMatch(/two results|for empty input/);
    expect([...reportOf({ ...buildTestRun({}), parse }).keys()]).toEqual(['a', 'b']);
  });

  test('a pure one is not', async () => {
    const command = { script: Buffer.from(LIBRARY_SCRIPT), parser: Buffer.from(LIBRARY_PARSER) };
    const parse = await bench.runner.parse(command, output);
    const parserProbe = await probeParser(bench.runner, command, output, new AbortController().signal);
    expect(findParserFault(buildEvidence({ original: [{ ...buildTestRun({}), parse }], parserProbe }))).toBeUndefined();
  });
});
