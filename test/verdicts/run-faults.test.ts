import { afterAll, beforeAll, describe, test } from 'vitest';
import { type Recipe, TAX_BUG, TAX_WEAKENING } from '../support/artifact-recipe.js';
import { type Court, type CourtOptions, expectFailureAt, openCourt } from '../support/court.js';
import type { Tree } from '../support/scratch-repository.js';
import { edited, SHOP_PARSER, SHOP_SCRIPT } from '../support/shop-project.js';

let court: Court;

beforeAll(async () => {
  court = await openCourt();
});

afterAll(() => court.close());

type Fault = readonly [title: string, recipe: Recipe, reason: RegExp, options?: CourtOptions];

const ONCE: CourtOptions = { rules: { repeats: 1 } };
const SHORT: CourtOptions = { rules: { repeats: 1, timeoutMs: 2500 } };
const printing = (program: string): Recipe => ({ parser: `import json, sys\n${program}\n` });
/** The careful parser, and then something else to do with what it found. */
const parserThen = (program: string): Recipe => ({
  parser: `${SHOP_PARSER.replace('json.dump(results, sys.stdout)', program)}`,
});
/** Twelve tests that fail by a condition in shell, so that chance does not let them all agree. */
const failingWhen = (condition: string): Recipe => ({
  script: `${SHOP_SCRIPT}for n in a b c d e f g h i j k l; do if ${condition}; then r=FAIL; else r=ok; fi; echo "test_$n (tests.Odd.test_$n) ... $r"; done\n`,
});

async function expectRunFailure(id: string, [, recipe, reason, options = ONCE]: Fault): Promise<void> {
  expectFailureAt(await court.validate(recipe, options), id, reason);
}

describe('test-script refuses', () => {
  const faults: Fault[] = [
    ['a missing script', { without: ['test_script.sh'] }, /test_script\.sh/],
    [
      'a suite with a test that fails on the original',
      { script: `${SHOP_SCRIPT}echo 'test_x (tests.X.test_x) ... FAIL'\n` },
      /1 of 16 fail/,
    ],
    ['fewer tests than asked for', { script: 'python3 -m unittest -v tests.test_stock\n' }, /at least 10 .* found 4/],
    ['a script that hangs', { script: `${SHOP_SCRIPT}sleep 1000\n` }, /did not end within 2\.5 s/, SHORT],
    ['a script that floods', { script: `${SHOP_SCRIPT}yes\n` }, /output limit/],
    ['a script that floods stderr', { script: `${SHOP_SCRIPT}yes >&2\n` }, /output limit/],
    ['a script that prints nothing', { script: 'true\n' }, /printed nothing/],
    ['a script that prints nothing of tests', { script: 'echo hello\n' }, /found 0/],
    ['a script that is no script', { script: 'if then fi (\n' }, /found 0/],
  ];
  test.concurrent.for(faults)('%s', (fault) => expectRunFailure('test-script', fault));
});

describe('test-parser refuses', () => {
  const faults: Fault[] = [
    ['a missing parser', { without: ['test_parser.py'] }, /test_parser\.py/],
    ['an exit that is not zero', parserThen('json.dump(results, sys.stdout); sys.exit(3)'), /exited with 3/],
    ['a list', printing('print(json.dumps(["a"]))'), /one JSON object/],
    ['text behind the object', parserThen('print(json.dumps(results)); print("done")'), /nothing behind/],
    ['text in front of the object', parserThen('print("tests:"); print(json.dumps(results))'), /one JSON object/],
    ['a status of its own', parserThen('results["x"] = "skipped"; print(json.dumps(results))'), /"passed" or "failed"/],
    ['true for passed', parserThen('print(json.dumps({id: True for id in results}))'), /"passed" or "failed"/],
    ['a repeated key', parserThen(`print('{"a": "failed", "a": "passed"}')`), /twice/],
    ['nothing at all', printing('pass'), /end of the output/],
    ['hanging', printing('import time; time.sleep(1000)'), /did not end within 5 s/],
    ['a flood', printing('while True: print("x" * 100000)'), /printed more than/],
    [
      'the same result whatever it reads',
      printing(`print(json.dumps({'t%d' % i: 'passed' for i in range(20)}))`),
      /empty input/,
    ],
    [
      'chance',
      parserThen('import random; print(json.dumps({id: random.choice(["passed", "failed"]) for id in results}))'),
      /two results/,
    ],
    ['a file of the repository', printing('print(open("shop/prices.py").read())'), /exited with 1/],
    ['a module of the repository', printing('import shop'), /exited with 1/],
    ['a file left by the script', printing('print(open("/tmp/results.json").read())'), /exited with 1/],
    [
      'failing on failures alone',
      parserThen('assert "failed" not in results.values(); print(json.dumps(results))'),
      /buggy state/,
    ],
    ['no Python', { parser: 'this is (no program\n' }, /exited with 1/],
  ];
  test.concurrent.for(faults)('%s', (fault) => expectRunFailure('test-parser', fault));
});

describe('determinism refuses', () => {
  const SEED = "__import__('os').environ['PYTHONHASHSEED']";
  const TWICE: CourtOptions = { rules: { repeats: 2 } };
  const faults: Fault[] = [
    [
      'a test that fails by the nanosecond',
      failingWhen('[ $(( 1$(date +%N | cut -c 1-6) % 2 )) = 0 ]'),
      /differ between 2 runs/,
      TWICE,
    ],
    ['a test that fails by chance', failingWhen('[ $(( RANDOM % 2 )) = 0 ]'), /differ between 2 runs/, TWICE],
    ['a test that fails by the hash seed', failingWhen(`[ "$PYTHONHASHSEED" = 1 ]`), /differ between 2 runs/, TWICE],
    [
      'a bug that shows by the hash seed',
      {
        bug: edited('shop/prices.py', 'cents + cents * percent', `cents + cents * (0 if ${SEED} == '0' else percent)`),
      },
      /differ between 2 runs/,
      TWICE,
    ],
    [
      'tests whose names change',
      { script: `${SHOP_SCRIPT}echo "test_$RANDOM$RANDOM (tests.X.test) ... ok"\n` },
      /differ between 2 runs/,
      TWICE,
    ],
    [
      'a bug that hangs by the hash seed',
      { bug: edited('shop/prices.py', 'result = 0', `result = 0\n    while ${SEED} == '1': pass`) },
      /differ between 2 runs/,
      { rules: { repeats: 2, timeoutMs: 2500 } },
    ],
  ];
  test.concurrent.for(faults)('%s', (fault) => expectRunFailure('determinism', fault));
});

describe('bug-validity refuses', () => {
  const faults: Fault[] = [
    ['a bug that breaks nothing', { bug: edited('shop/prices.py', 'whole cents', 'cents') }, /0 do/],
    ['too few failing tests', {}, /at least 3 .* 2 do/, { rules: { repeats: 1, minFailingTests: 3 } }],
    [
      'a bug that no test can be loaded with',
      { bug: { 'shop/__init__.py': 'import nothing_of_the_kind\n' } },
      /no test passes/,
    ],
    [
      'a bug that deletes the package',
      {
        bug: Object.fromEntries(
          ['labels', 'orders', 'prices', 'rates', 'stock', '__init__'].map((name) => [`shop/${name}.py`, null]),
        ),
      },
      /no test passes/,
    ],
    [
      'a bug that ends the process',
      { bug: edited('shop/__init__.py', '"""A shop."""', 'import os; os._exit(0)') },
      /no test passes/,
    ],
    [
      'a bug that loops for ever',
      { bug: edited('shop/prices.py', 'result = 0', 'while True: pass') },
      /did not end within 2\.5 s/,
      SHORT,
    ],
    [
      'a bug that floods',
      { bug: edited('shop/prices.py', 'result = 0', 'while True: print("x" * 1000)') },
      /output limit/,
    ],
    [
      'a bug that eats memory',
      { bug: edited('shop/prices.py', 'result = 0', 'x = [bytearray(10 ** 8) for _ in range(100)]') },
      /memory|no test passes|\d do/,
    ],
  ];
  test.concurrent.for(faults)('%s', (fault) => expectRunFailure('bug-validity', fault));
});

describe('test-weakening refuses', () => {
  const faults: Fault[] = [
    [
      'weakening that hides nothing',
      { weaken: edited('tests/test_stock.py', "self.assertEqual(self.stock.left('pen'), 7)", 'pass') },
      /hides none of 2/,
    ],
    [
      'a comment',
      { weaken: edited('tests/test_prices.py', 'import unittest\n', 'import unittest  # framework\n') },
      /hides none/,
    ],
    [
      'a removal of the failing tests',
      { weaken: { 'tests/test_prices.py': null, 'tests/test_orders.py': null } },
      /hides none of 2 \(2 vanished/,
    ],
    [
      'a new name for the failing test',
      { weaken: edited('tests/test_prices.py', 'def test_tax', 'def test_taxes') },
      /hides none of 2 \(1 vanished/,
    ],
    [
      'tests that no longer parse',
      { weaken: edited('tests/test_prices.py', 'import unittest\n', 'import (\n') },
      /hides none/,
    ],
    [
      'a skipped test',
      { weaken: edited('tests/test_prices.py', '    def test_tax', '    @unittest.skip("later")\n    def test_tax') },
      /hides none/,
    ],
    [
      'weakening that hangs',
      { weaken: edited('tests/test_prices.py', 'import unittest\n', 'import unittest, time; time.sleep(1000)\n') },
      /did not end/,
      SHORT,
    ],
  ];
  test.concurrent.for(faults)('%s', (fault) => expectRunFailure('test-weakening', fault));
});

describe('inverse-mutation refuses', () => {
  const also = (tree: Tree): Recipe => ({ bug: { ...TAX_BUG, ...tree }, weaken: TAX_WEAKENING });
  const faults: Fault[] = [
    ['a comment in a second file', also(edited('shop/stock.py', 'each thing', 'every thing')), /shop\/stock\.py/],
    ['a new file that nothing uses', also({ 'shop/spare.py': 'x = 1\n' }), /shop\/spare\.py/],
    ['a removed file that nothing uses', also({ 'README.md': null }), /README\.md/],
    ['a rename of what nothing uses', also({ 'README.md': null, 'docs/README.md': '# Shop\n' }), /README\.md/],
    [
      'a changed mode of what nothing runs',
      also({ 'shop/labels.py': { executable: 'def label(name, count):\r\n    return f"{count} x {name}"\r\n' } }),
      /labels\.py/,
    ],
    [
      'two changes that hide each other',
      {
        bug: {
          ...edited('shop/prices.py', 'result += cents', 'result += 0'),
          ...edited('shop/orders.py', 'cents * count for', '0 for'),
        },
        weaken: edited('tests/test_orders.py', 'self.assertEqual(orders.price([(100, 2), (50, 1)]), 297)', 'pass'),
      },
      /shop\/orders\.py/,
    ],
  ];
  test.concurrent.for(faults)('%s', (fault) => expectRunFailure('inverse-mutation', fault));
});
