import { expect, test } from 'vitest';
import { CART, MONEY } from '../../test-support/sample-project.js';
import { type CodeFunction, readFunctions } from './code-function.js';
import { localise, type Symptoms } from './localise.js';

const functions = [...readFunctions('shop/money.py', MONEY), ...readFunctions('shop/cart.py', CART)];

function testsOf(source: string): CodeFunction[] {
  return readFunctions('tests/test_shop.py', source);
}

function rank(symptoms: Partial<Symptoms>): string[] {
  const none = {
    functions,
    failing: [],
    passing: [],
    helpers: [],
    failures: [],
    specificationNames: new Set<string>(),
  };
  return localise({ ...none, ...symptoms }).map((suspect) => suspect.function.name);
}

test('suspects what failing tests name before what passing ones name too', () => {
  const failing = testsOf('def test_a():\n    split_evenly(parse_cents("1"), 3)\n');
  const passing = testsOf('def test_b():\n    parse_cents("1")\n');
  expect(rank({ failing, passing })).toEqual(['split_evenly', 'parse_cents']);
});

test('suspects what is called on the way, the nearest first', () => {
  expect(rank({ failing: testsOf('def test_a():\n    cart.receipt()\n') })).toEqual([
    'receipt',
    'total',
    'format_cents',
  ]);
});

test('counts what prepares a test as part of it', () => {
  const written = testsOf(
    'class T:\n    def setUp(self):\n        self.cart = make()\n    def test_a(self):\n        pass\ndef make():\n    return Cart()\n',
  );
  const [setUp, failing, make] = written as [CodeFunction, CodeFunction, CodeFunction];
  expect(rank({ failing: [failing], helpers: [setUp, make] })).toEqual(['__init__']);
  expect(rank({ failing: [failing] })).toEqual([]);
});

test('suspects functions on tracebacks, the one that raised first', () => {
  const lineOf = (text: string) => CART.slice(0, CART.indexOf(text)).split('\n').length;
  const frames = [
    { file: 'tests/test_shop.py', line: 2, functionName: 'test_a' },
    { file: 'shop/cart.py', line: lineOf('return self.total() >='), functionName: 'is_free_of_postage' },
    { file: 'shop/cart.py', line: lineOf('return sum('), functionName: 'total' },
  ];
  expect(rank({ failures: [{ id: 'test_a', test: undefined, error: '', frames }] })).toEqual([
    'total',
    'is_free_of_postage',
  ]);
});

test('raises what the specification names', () => {
  const failing = testsOf('def test_a():\n    parse_cents("1")\n    split_evenly(1, 1)\n');
  expect(rank({ failing, specificationNames: new Set(['split_evenly']) })[0]).toBe('split_evenly');
  expect(rank({ failing, specificationNames: new Set(['parse_cents']) })[0]).toBe('parse_cents');
});
