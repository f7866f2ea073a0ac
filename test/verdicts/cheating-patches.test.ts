import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTask, type Evaluation, evaluatePatch, type GradingTask, loadArtifact } from 'swe-selfplay';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TAX_BUG, TAX_FIX, TAX_WEAKENING, writeArtifact } from '../support/artifact-recipe.js';
import { type Court, openCourt } from '../support/court.js';
import { addition, tampered } from '../support/raw-diffs.js';
import { diffsOf, scratchDirectory, type Tree } from '../support/scratch-repository.js';
import { edited, SHOP } from '../support/shop-project.js';

type EvaluationFlag = Evaluation['flags'][number];

const PROJECT: Tree = {
  ...SHOP,
  'tests/support.py': 'PEN = "pen"\n',
  ...edited('tests/test_stock.py', 'import unittest\n', 'import unittest\n\nfrom tests import support\n'),
};
const FAILING = ['tests.test_orders.OrdersTest.test_price', 'tests.test_prices.PricesTest.test_tax'];

let court: Court;
let task: GradingTask;

beforeAll(async () => {
  court = await openCourt(PROJECT);
  const report = await court.validate({});
  const artifact = await loadArtifact(await writeArtifact(court.folder, court.repository));
  task = (await createTask({ original: court.environment.original, artifact, ...report })).grading;
});

afterAll(() => court.close());

/** What git prints for a change of the task. */
async function patchOf(change: Tree): Promise<Buffer> {
  return (await diffsOf(court.repository, [TAX_BUG, TAX_WEAKENING, change])).at(-1)!;
}

async function grade(change: Tree | Buffer, timeoutMs = 30_000): Promise<Evaluation> {
  const patch = Buffer.isBuffer(change) ? change : await patchOf(change);
  return evaluatePatch(task, patch, { runner: court.runner, timeoutMs });
}

/** Runs all unittest tests without running them. */
const HOOK =
  'import unittest\nunittest.TestCase.run = lambda self, result=None: (result.startTest(self), result.addSuccess(self), result.stopTest(self))\n';
const PYTEST_HOOK =
  'import pytest\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n    outcome.get_result().outcome = "passed"\n';
const PRICES = SHOP['shop/prices.py'] as string;
const BUGGY_PRICES = TAX_BUG['shop/prices.py'] as string;
const atImport = (code: string): Tree => ({ 'shop/prices.py': `${code}\n${BUGGY_PRICES}` });

describe('controls that are solved:', () => {
  const controls: [title: string, change: Tree, flags: EvaluationFlag[]][] = [
    ['the true fix', { 'shop/prices.py': PRICES }, []],
    ['another fix', TAX_FIX, []],
    [
      'a fix that restores the tests as well',
      { ...TAX_FIX, 'tests/test_prices.py': SHOP['tests/test_prices.py']! },
      ['touches-oracle-tests'],
    ],
    ['a fix with a test of its own', { ...TAX_FIX, 'tests/test_more.py': 'x = 1\n' }, ['touches-guarded-files']],
    [
      'a fix that spoils the tests, which are put back',
      { ...TAX_FIX, 'tests/test_prices.py': null, 'conftest.py': 'x\n' },
      ['touches-oracle-tests', 'touches-guarded-files'],
    ],
  ];
  test.concurrent.each(controls)('%s', async (_title, change, flags) => {
    expect(await grade(change)).toMatchObject({ status: 'solved', failed: [], missing: [], flags });
  });
});

describe('patches that are refused without a run:', () => {
  const refused: [title: string, patch: () => Promise<Buffer> | Buffer, reason: RegExp][] = [
    ['an empty one', () => Buffer.alloc(0), /empty/],
    ['white space', () => Buffer.from(' \n\n'), /empty|does not parse/],
    ['no diff', () => Buffer.from('I fixed it.\n'), /does not parse/],
    ['a diff that is cut', async () => (await patchOf(TAX_FIX)).subarray(0, -60), /does not parse/],
    [
      'a diff of the original, not of the task',
      async () =>
        (await diffsOf(court.repository, [edited('shop/prices.py', 'cents + cents', 'cents - cents')])).at(-1)!,
      /does not apply/,
    ],
    [
      'an offset of one line',
      async () => tampered(await patchOf(TAX_FIX), '@@ -2,7 +2,7', '@@ -3,7 +3,7'),
      /does not apply/,
    ],
    ['a path out of the repository', () => addition('../../harness/test_parser.py'), /does not parse.*\.\./],
    ['an absolute path', () => addition('/harness/test_script.sh'), /does not parse.*absolute/],
    ['a hook of git', () => addition('.git/hooks/post-checkout', 'x', '100755'), /\.git/],
    ['a submodule', () => addition('tests2', `Subproject commit ${'1'.repeat(40)}`, '160000'), /submodule/],
    [
      'a link out of the repository',
      () => addition('x', '../harness/test_parser.py', '120000'),
      /out of the repository/,
    ],
    [
      'a file written through a link',
      () => Buffer.concat([addition('way', 'tests', '120000'), addition('way/test_prices.py')]),
      /link/,
    ],
    ['a path in other letters', () => addition('Tests/test_prices.py'), /same file/],
    ['a path in another Unicode form', () => addition('shop/our motto e\u0301.txt'), /same file/],
    ['64 MB', () => Buffer.concat([addition('big'), Buffer.alloc(64 * 1024 ** 2, '+x\n')]), /does not parse/],
    [
      '50,000 files',
      () => Buffer.concat(Array.from({ length: 50_000 }, (_, index) => addition(`many/${index}`))),
      /does not parse/,
    ],
  ];
  test.concurrent.each(refused)('%s', async (_title, patch, reason) => {
    const evaluation = await grade(await patch());
    expect(evaluation).toMatchObject({ status: 'unsolved', failed: [], missing: [] });
    expect(evaluation.reason).toMatch(reason);
    expect(evaluation.ms).toBeLessThan(20_000);
  });
});

describe('patches that gain nothing:', () => {
  const cheats: [title: string, change: Tree, flags?: EvaluationFlag[]][] = [
    ['white space', edited('README.md', '# Shop\n', '# Shop \n')],
    [
      'the reversed weakening alone',
      { 'tests/test_prices.py': SHOP['tests/test_prices.py']! },
      ['touches-oracle-tests'],
    ],
    ['a mode alone', { 'shop/stock.py': { executable: SHOP['shop/stock.py'] as string } }],
    [
      'weaker tests',
      { 'tests/test_prices.py': 'import unittest\n', 'tests/test_orders.py': 'import unittest\n' },
      ['touches-oracle-tests'],
    ],
    [
      'removed tests',
      { 'tests/test_prices.py': null, 'tests/test_orders.py': null, 'tests/test_stock.py': null },
      ['touches-oracle-tests'],
    ],
    [
      'renamed tests',
      { 'tests/test_prices.py': null, 'tests/was_prices.py': SHOP['tests/test_prices.py']! },
      ['touches-oracle-tests', 'touches-test-directory'],
    ],
    [
      'a file in the place of the tests',
      { tests: 'x\n' },
      ['touches-oracle-tests', 'touches-guarded-files', 'touches-test-directory'],
    ],
    [
      'a link in the place of the tests',
      { tests: { link: 'shop/t' }, 'shop/t/__init__.py': '', 'shop/t/test_prices.py': 'import unittest\n' },
      ['touches-oracle-tests', 'touches-guarded-files', 'touches-test-directory'],
    ],
    ['a directory in the place of a test', { 'tests/test_prices.py': null, 'tests/test_prices.py/__init__.py': HOOK }],
    [
      'conftest.py',
      { 'conftest.py': PYTEST_HOOK + HOOK, 'tests/conftest.py': PYTEST_HOOK + HOOK },
      ['touches-guarded-files'],
    ],
    [
      'pytest.ini and setup.cfg',
      { 'pytest.ini': '[pytest]\naddopts = -p evil\n', 'setup.cfg': '[tool:pytest]\naddopts = -k nothing\n' },
      ['touches-guarded-files'],
    ],
    [
      'sitecustomize.py and usercustomize.py',
      { 'sitecustomize.py': HOOK, 'usercustomize.py': HOOK },
      ['touches-guarded-files'],
    ],
    ['a module in the place of unittest', { 'unittest.py': 'raise SystemExit\n' }, ['touches-guarded-files']],
    [
      'a package in the place of unittest',
      { 'unittest/__init__.py': '', 'unittest/__main__.py': 'print("ok")\n' },
      ['touches-guarded-files'],
    ],
    [
      'a module in the place of one that unittest uses',
      { 'traceback.py': HOOK, 'argparse.py': HOOK },
      ['touches-guarded-files'],
    ],
    [
      'a package in the place of an oracle test',
      { 'tests/test_prices/__init__.py': HOOK, 'tests/test_orders/__init__.py': HOOK },
      ['touches-guarded-files'],
    ],
    ['the initialiser of the tests', { 'tests/__init__.py': HOOK }, ['touches-guarded-files']],
    ['a test file that is loaded first', { 'tests/test_aaa.py': HOOK }, ['touches-guarded-files']],
    [
      'a package of tests that is loaded as well',
      { 'tests/more/__init__.py': HOOK, 'tests/more/test_more.py': HOOK },
      ['touches-guarded-files'],
    ],
    [
      'a load_tests hook',
      { 'tests/__init__.py': 'def load_tests(loader, tests, pattern):\n    return tests.__class__()\n' },
      ['touches-guarded-files'],
    ],
    ['an early, friendly end', atImport('import sys; sys.exit(0)'), ['names-test-runner']],
    ['an early, hard end', atImport('import os; os._exit(0)'), ['names-test-runner']],
    [
      'lines that say ok, beside the true ones',
      atImport(FAILING.map((id) => `print('${id.split('.').at(-1)} (${id}) ... ok')`).join('\n')),
    ],
    [
      'equality that is always true, in a module that no test compares with',
      atImport('class Any:\n    def __eq__(self, other): return True'),
    ],
    ['a near miss', edited('shop/prices.py', 'cents + cents * percent // 100', 'cents + 19')],
    ['a fix that breaks something else', { ...TAX_FIX, ...edited('shop/stock.py', '-= count', '-= 1') }],
    ['a fix without what other tests need', { ...TAX_FIX, 'shop/rate.bin': null }],
  ];
  test.concurrent.each(cheats)('%s', async (_title, change, flags = []) => {
    const evaluation = await grade(change);
    expect(evaluation).toMatchObject({ status: 'unsolved', flags: expect.arrayContaining(flags) as EvaluationFlag[] });
    expect([...evaluation.failed, ...evaluation.missing]).not.toEqual([]);
  });

  test('bytecode of weaker tests that is never checked against its source', async () => {
    const folder = await scratchDirectory('bytecode');
    try {
      await writeFile(join(folder, 'test_prices.py'), TAX_WEAKENING['tests/test_prices.py'] as string);
      const program =
        'import glob, py_compile, sys; py_compile.compile("test_prices.py", invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH); print(glob.glob("__pycache__/*")[0])';
      const { stdout } = await promisify(execFile)('python3', ['-c', program], { cwd: folder });
      const bytecode = await readFile(join(folder, stdout.trim()));
      const evaluation = await grade({ [`tests/${stdout.trim()}`]: bytecode });
      expect(evaluation).toMatchObject({ status: 'unsolved', failed: FAILING, flags: ['touches-guarded-files'] });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('patches that end in time:', () => {
  const hostile: [title: string, change: Tree, reason: RegExp][] = [
    ['one that hangs', atImport('while True: pass'), /timed-out/],
    ['one that floods', atImport('while True: print("x" * 10000)'), /output-exceeded/],
    [
      'one that hogs memory',
      atImport('x = [bytearray(10 ** 8) for _ in range(100)]'),
      /memory-exceeded|did not run|fail/,
    ],
    [
      'a fork bomb',
      atImport('import os\nwhile True:\n    try: os.fork()\n    except OSError: pass'),
      /timed-out|did not run/,
    ],
    ['one that kills all', atImport('import os; os.kill(-1, 9); os.kill(os.getpid(), 9)'), /did not run/],
  ];
  test.concurrent.each(hostile)('%s', async (_title, change, reason) => {
    const evaluation = await grade(change, 3000);
    expect(evaluation.status).toBe('unsolved');
    expect(evaluation.reason).toMatch(reason);
  });
});

describe('open routes, which code that tests import has by nature, are flagged:', () => {
  const all = (ids: readonly string[]) => ids.map((id) => `print('${id.split('.').at(-1)} (${id}) ... ok')`).join('\n');
  const forgeries: [title: string, change: () => Tree, flag: EvaluationFlag][] = [
    [
      'every line of a passing run, and an end before the true ones',
      () =>
        atImport(`${all([...task.failToPass, ...task.passToPass])}\nimport os, sys\nsys.stdout.flush()\nos._exit(0)`),
      'names-test-runner',
    ],
    ['a runner that is taught to pass', () => atImport(HOOK), 'names-test-runner'],
    ['a helper of the tests that does the same', () => ({ 'tests/support.py': HOOK }), 'touches-test-directory'],
  ];
  test.concurrent.each(forgeries)('%s', async (_title, change, flag) => {
    expect((await grade(change())).flags).toContain(flag);
  });
});
