import type { Tree } from './scratch-repository.js';

const PRICES = `\
"""Prices in whole cents."""


def with_tax(cents, percent):
    return cents + cents * percent // 100


def with_discount(cents, percent):
    if percent < 0 or percent > 100:
        raise ValueError('percent')
    return cents - cents * percent // 100


def total(prices):
    result = 0
    for cents in prices:
        result += cents
    return result
`;

const STOCK = `\
"""How many of each thing are left."""


class Stock:
    def __init__(self):
        self.counts = {}

    def add(self, name, count):
        self.counts[name] = self.counts.get(name, 0) + count

    def take(self, name, count):
        if self.counts.get(name, 0) < count:
            raise KeyError(name)
        self.counts[name] -= count

    def left(self, name):
        return self.counts.get(name, 0)
`;

const ORDERS = `\
"""Orders take from the stock and have a price."""
from shop import labels, prices


def price(lines, tax=19):
    return prices.with_tax(prices.total([cents * count for cents, count in lines]), tax)


def place(stock, name, count):
    stock.take(name, count)
    return labels.label(name, count)
`;

const LABELS = 'def label(name, count):\r\n    return f"{count} x {name}"\r\n';

const RATES = `\
import os

HERE = os.path.dirname(__file__)


def rate():
    with open(os.path.join(HERE, 'rate.bin'), 'rb') as file:
        return file.read()[4]


def motto():
    with open(os.path.join(HERE, 'our motto é.txt'), encoding='utf-8') as file:
        return file.read()
`;

const TEST_PRICES = `\
import unittest

from shop import prices


class PricesTest(unittest.TestCase):
    def test_tax(self):
        self.assertEqual(prices.with_tax(100, 19), 119)

    def test_no_tax(self):
        self.assertEqual(prices.with_tax(100, 0), 100)

    def test_discount(self):
        self.assertEqual(prices.with_discount(200, 25), 150)

    def test_discount_out_of_range(self):
        with self.assertRaises(ValueError):
            prices.with_discount(100, 101)

    def test_total(self):
        self.assertEqual(prices.total([1, 2, 3]), 6)

    def test_total_of_nothing(self):
        self.assertEqual(prices.total([]), 0)
`;

const TEST_STOCK = `\
import unittest

from shop.stock import Stock


class StockTest(unittest.TestCase):
    def setUp(self):
        self.stock = Stock()
        self.stock.add('pen', 5)

    def test_add(self):
        self.stock.add('pen', 2)
        self.assertEqual(self.stock.left('pen'), 7)

    def test_take(self):
        self.stock.take('pen', 2)
        self.assertEqual(self.stock.left('pen'), 3)

    def test_take_all(self):
        self.stock.take('pen', 5)
        self.assertEqual(self.stock.left('pen'), 0)

    def test_take_too_many(self):
        with self.assertRaises(KeyError):
            self.stock.take('pen', 6)
`;

const TEST_ORDERS = `\
import os
import subprocess
import unittest

from shop import orders, rates
from shop.stock import Stock

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class OrdersTest(unittest.TestCase):
    def test_price(self):
        self.assertEqual(orders.price([(100, 2), (50, 1)]), 297)

    def test_place(self):
        stock = Stock()
        stock.add('pen', 3)
        self.assertEqual(orders.place(stock, 'pen', 2), '2 x pen')

    def test_rate(self):
        self.assertEqual(rates.rate(), 42)

    def test_motto(self):
        self.assertEqual(rates.motto(), 'cheap')

    def test_banner(self):
        shown = subprocess.run([os.path.join(ROOT, 'bin', 'banner')], stdout=subprocess.PIPE, check=True)
        self.assertEqual(shown.stdout, b'shop\\n')
`;

/** A small Python project: six modules, data of every kind that git knows, fifteen unittest tests. */
export const SHOP: Tree = {
  'README.md': '# Shop\n',
  'bin/banner': { executable: '#!/bin/sh\necho shop\n' },
  'docs/latest.md': { link: '../README.md' },
  'shop/__init__.py': '"""A shop."""\n',
  'shop/labels.py': LABELS,
  'shop/orders.py': ORDERS,
  'shop/our motto é.txt': 'cheap',
  'shop/prices.py': PRICES,
  'shop/rate.bin': Buffer.from([0, 255, 1, 254, 42, 0, 13, 10]),
  'shop/rates.py': RATES,
  'shop/stock.py': STOCK,
  'tests/__init__.py': '',
  'tests/test_orders.py': TEST_ORDERS,
  'tests/test_prices.py': TEST_PRICES,
  'tests/test_stock.py': TEST_STOCK,
};

/** The text of one file of the project with a part replaced. Throws where the part is not there: then a test is wrong. */
export function edited(path: string, from: string, to: string): Tree {
  const text = SHOP[path];
  if (typeof text !== 'string' || !text.includes(from))
    throw new Error(`${path} does not hold ${JSON.stringify(from)}.`);
  return { [path]: text.replace(from, () => to) };
}

export const SHOP_SCRIPT = `\
python3 -m unittest discover -v -s tests -t .
`;

/** Reads `unittest -v`: what is not plainly "ok" has failed, and so has an id that comes twice. */
export const SHOP_PARSER = `\
import json
import re
import sys

RESULT = re.compile(r'^(\\w+) \\(([\\w.]+)\\) \\.\\.\\. (\\w+)')
results = {}
for line in sys.stdin.buffer.read().decode('utf-8', 'replace').splitlines():
    match = RESULT.match(line)
    if match:
        name, place, status = match.groups()
        test = place if place.endswith('.' + name) else place + '.' + name
        isPassed = status == 'ok' and test not in results
        results[test] = 'passed' if isPassed else 'failed'
json.dump(results, sys.stdout)
`;
