import {
  type BugArtifact,
  createArtifact,
  createSnapshot,
  diffSnapshots,
  memoryBase,
  printPatch,
  type Snapshot,
  withFiles,
} from '@swe-selfplay/artifact';
import { createTask } from '../src/create-task.js';
import type { SolverTask } from '../src/solver-task.js';

export const MONEY = `"""Amounts in cents."""


def parse_cents(text):
    """'12.34' as 1234."""
    whole, _, fraction = text.partition(".")
    if len(fraction) > 2:
        raise ValueError("more than two decimals: " + text)
    return int(whole) * 100 + int(fraction.ljust(2, "0"))


def format_cents(cents):
    """1234 as '12.34'."""
    sign = "-" if cents < 0 else ""
    whole, fraction = divmod(abs(cents), 100)
    return "%s%d.%02d" % (sign, whole, fraction)


def split_evenly(cents, parts):
    """Shares that differ by one cent at most, the larger ones first."""
    if parts < 1:
        raise ValueError("nobody to share with")
    share, rest = divmod(cents, parts)
    return [share + 1] * rest + [share] * (parts - rest)
`;

export const CART = `from shop.money import format_cents


class Cart:
    def __init__(self):
        self.lines = []

    def add(self, name, cents, count=1):
        if count < 1:
            raise ValueError("nothing to add")
        self.lines.append((name, cents, count))

    def total(self):
        return sum(cents * count for _, cents, count in self.lines)

    def is_free_of_postage(self):
        return self.total() >= 5000

    def receipt(self):
        rows = ["%s x%d" % (name, count) for name, _, count in self.lines]
        return "\\n".join(rows + ["total " + format_cents(self.total())])
`;

const TEST_MONEY = `import unittest

from shop.money import format_cents, parse_cents, split_evenly


class MoneyTest(unittest.TestCase):
    def test_parses_two_decimals(self):
        self.assertEqual(parse_cents("12.34"), 1234)

    def test_parses_one_decimal(self):
        self.assertEqual(parse_cents("12.3"), 1230)

    def test_refuses_three_decimals(self):
        with self.assertRaises(ValueError):
            parse_cents("12.345")

    def test_formats(self):
        self.assertEqual(format_cents(1234), "12.34")

    def test_formats_less_than_one(self):
        self.assertEqual(format_cents(5), "0.05")

    def test_formats_negative(self):
        self.assertEqual(format_cents(-250), "-2.50")

    def test_splits_evenly(self):
        self.assertEqual(split_evenly(90, 3), [30, 30, 30])

    def test_splits_rest_first(self):
        self.assertEqual(split_evenly(100, 3), [34, 33, 33])

    def test_splits_among_one(self):
        self.assertEqual(split_evenly(100, 1), [100])

    def test_refuses_nobody(self):
        with self.assertRaises(ValueError):
            split_evenly(100, 0)


if __name__ == "__main__":
    unittest.main()
`;

const TEST_CART = `import unittest

from shop.cart import Cart


class CartTest(unittest.TestCase):
    def setUp(self):
        self.cart = Cart()
        self.cart.add("pen", 250, 2)

    def test_total(self):
        self.assertEqual(self.cart.total(), 500)

    def test_refuses_nothing(self):
        with self.assertRaises(ValueError):
            self.cart.add("air", 0, 0)

    def test_postage(self):
        self.assertFalse(self.cart.is_free_of_postage())
        self.cart.add("book", 4500)
        self.assertTrue(self.cart.is_free_of_postage())

    def test_receipt(self):
        self.assertEqual(self.cart.receipt(), "pen x2\\ntotal 5.00")
`;

const SCRIPT = 'python3 -m unittest -v 2>&1\n';

const PARSER = `import json, re, sys
report = {}
for name, where, status in re.findall(r"^(\\w+) \\(([\\w.]+)\\).*? \\.\\.\\. (\\w+)", sys.stdin.read(), re.M):
    report[where if where.endswith("." + name) else where + "." + name] = "passed" if status == "ok" else "failed"
print(json.dumps(report))
`;

const encode = (text: string) => ({ mode: '100644' as const, content: new TextEncoder().encode(text) });

/** A little shop, tested with unittest. */
export const original: Snapshot = createSnapshot(
  memoryBase({
    'README.md': 'A little shop.\n',
    'shop/__init__.py': '',
    'shop/money.py': MONEY,
    'shop/cart.py': CART,
    'tests/__init__.py': '',
    'tests/test_money.py': TEST_MONEY,
    'tests/test_cart.py': TEST_CART,
  }),
);

/** `split_evenly` deals the rest out wrongly, and the test that shows it does not look. */
export const BUG = { path: 'shop/money.py', good: '[share + 1] * rest', bad: '[share + 2] * rest' };
export const FAIL_TO_PASS = ['tests.test_money.MoneyTest.test_splits_rest_first'];
const ASSERTION = '        self.assertEqual(split_evenly(100, 3), [34, 33, 33])\n';

/** A file of the original with one piece of text replaced; throws where it is not there. */
export async function replaced(path: string, from: string, to: string): Promise<[string, ReturnType<typeof encode>]> {
  const text = Buffer.from(await original.base.read(path)).toString('utf8');
  if (!text.includes(from)) throw new TypeError(`Expected ${path} to hold ${from}.`);
  return [path, encode(text.replace(from, to))];
}

export async function sampleArtifact(): Promise<BugArtifact> {
  const buggy = withFiles(original, [await replaced(BUG.path, BUG.good, BUG.bad)]);
  const weakened = withFiles(buggy, [
    await replaced('tests/test_money.py', ASSERTION, '        split_evenly(100, 3)\n'),
  ]);
  return createArtifact({
    script: SCRIPT,
    parser: PARSER,
    testFiles: ['tests/test_money.py', 'tests/test_cart.py'],
    bugInject: printPatch(await diffSnapshots(original, buggy)),
    testWeaken: printPatch(await diffSnapshots(buggy, weakened)),
  });
}

/** The names of the other tests: all pass with the bug. */
const PASS_TO_PASS = [...TEST_MONEY.matchAll(/def (test_\w+)/g)]
  .map(([, name]) => `tests.test_money.MoneyTest.${name}`)
  .concat([...TEST_CART.matchAll(/def (test_\w+)/g)].map(([, name]) => `tests.test_cart.CartTest.${name}`))
  .filter((id) => !FAIL_TO_PASS.includes(id));

export async function sampleTask(): Promise<SolverTask> {
  return createTask({
    original,
    artifact: await sampleArtifact(),
    failToPass: FAIL_TO_PASS,
    passToPass: PASS_TO_PASS,
    parent: 'sample',
  });
}

/** What an attempt hands in that leaves these files behind. */
export async function patchOf(
  task: SolverTask,
  files: Iterable<readonly [string, string | null]>,
): Promise<Uint8Array> {
  const entries = [...files].map(([path, text]) => [path, text === null ? null : encode(text)] as const);
  return printPatch(await diffSnapshots(task.view.snapshot, withFiles(task.view.snapshot, entries)));
}
