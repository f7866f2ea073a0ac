import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Environment, openEnvironment } from '@swe-selfplay/artifact';
import { createTestRunner, type TestRunner } from '@swe-selfplay/evaluation';
import { createProcessProvider } from '@swe-selfplay/sandbox';

const BASKET = `"""A basket of priced things."""
from shop.prices import rounded, with_tax


class Basket:
    def __init__(self, tax=10):
        self.tax = tax
        self.prices = {}

    def add(self, name, price):
        """Adds a thing at a price that is not negative."""
        if price < 0:
            raise ValueError("negative price")
        if name in self.prices:
            self.prices[name] = self.prices[name] + price
        else:
            self.prices[name] = price
        return self

    def total(self):
        total = 0
        for price in self.prices.values():
            total += with_tax(price, self.tax)
        return rounded(total)

    def cheapest(self, count=1):
        ordered = sorted(self.prices, key=self.prices.get)
        return ordered[:count]
`;

const PRICES = `def with_tax(price, percent):
    if percent == 0:
        return price
    return price + price * percent / 100


def rounded(price, digits=2):
    return round(price, digits)


def discounted(price, percent, least=1):
    """The price less a share of it, but no less than the least."""
    reduced = price - price * percent / 100
    if reduced <= least:
        return least
    return reduced
`;

const TESTS = `import unittest

from shop.basket import Basket
from shop.prices import discounted, rounded, with_tax


class BasketTest(unittest.TestCase):
    def test_adds(self):
        basket = Basket().add("tea", 4)
        self.assertEqual(basket.prices, {"tea": 4})

    def test_adds_up(self):
        basket = Basket().add("tea", 4).add("tea", 5)
        self.assertEqual(basket.prices, {"tea": 9})

    def test_refuses(self):
        with self.assertRaises(ValueError):
            Basket().add("tea", -1)

    def test_takes_gifts(self):
        self.assertEqual(Basket().add("gift", 0).prices["gift"], 0)

    def test_total(self):
        self.assertEqual(Basket().add("tea", 4).add("cup", 6).total(), 11)

    def test_empty(self):
        self.assertEqual(Basket().total(), 0)

    def test_cheapest(self):
        basket = Basket().add("tea", 4).add("cup", 6).add("jam", 3)
        self.assertEqual(basket.cheapest(), ["jam"])
        self.assertEqual(basket.cheapest(2), ["jam", "tea"])


class PricesTest(unittest.TestCase):
    def test_tax(self):
        self.assertEqual(with_tax(50, 10), 55)

    def test_no_tax(self):
        self.assertEqual(with_tax(50, 0), 50)

    def test_rounds(self):
        self.assertEqual(rounded(1.006), 1.01)

    def test_discount(self):
        """A described test."""
        self.assertEqual(discounted(50, 10), 45)

    def test_least(self):
        self.assertEqual(discounted(2, 80), 1)
`;

/** A library of two modules with a dozen tests; a file that is undefined is left out. */
export const SMALL_LIBRARY: Readonly<Record<string, string | undefined>> = {
  'setup.py': 'from setuptools import setup\n\n\ndef total():\n    return setup()\n',
  'shop/__init__.py': '',
  'shop/basket.py': BASKET,
  'shop/prices.py': PRICES,
  'tests/__init__.py': '',
  'tests/test_shop.py': TESTS,
};

export interface Workbench {
  readonly environment: Environment;
  readonly runner: TestRunner;
  close(): Promise<void>;
}

/** Lays files out and opens them as an environment with a runner of plain processes: the code here is our own. */
export async function openWorkbench(files: Readonly<Record<string, string | undefined>>): Promise<Workbench> {
  const directory = mkdtempSync(join(tmpdir(), 'workbench-'));
  for (const [path, text] of Object.entries(files)) {
    if (text === undefined) continue;
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  const environment = await openEnvironment({ directory });
  const provider = createProcessProvider({ warn: () => undefined });
  return {
    environment,
    runner: createTestRunner({ provider }),
    async close() {
      await provider.close();
      await environment.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
