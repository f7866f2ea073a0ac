import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Recipe, TAX_BUG } from '../support/artifact-recipe.js';
import { type Court, expectValid, openCourt } from '../support/court.js';
import { edited } from '../support/shop-project.js';

let court: Court;

beforeAll(async () => {
  court = await openCourt();
});

afterAll(() => court.close());

const weakened = (from: string, to = 'pass') => edited('tests/test_orders.py', from, to);
const LABEL_WEAKENING = weakened("self.assertEqual(orders.place(stock, 'pen', 2), '2 x pen')");
const MOTTO_WEAKENING = weakened("self.assertEqual(rates.motto(), 'cheap')");
const BANNER_WEAKENING = weakened(
  "shown = subprocess.run([os.path.join(ROOT, 'bin', 'banner')], stdout=subprocess.PIPE, check=True)\n" +
    "        self.assertEqual(shown.stdout, b'shop\\n')",
);

const cases: [title: string, recipe: Recipe, failing: string[]][] = [
  ['one file', {}, ['tests.test_orders.OrdersTest.test_price', 'tests.test_prices.PricesTest.test_tax']],
  [
    'three files, each necessary',
    {
      bug: {
        ...TAX_BUG,
        ...edited('shop/stock.py', '-= count', '-= 1'),
        ...edited('shop/labels.py', '{count} x', '{count} of'),
      },
    },
    [
      'tests.test_orders.OrdersTest.test_place',
      'tests.test_orders.OrdersTest.test_price',
      'tests.test_prices.PricesTest.test_tax',
      'tests.test_stock.StockTest.test_take',
      'tests.test_stock.StockTest.test_take_all',
    ],
  ],
  [
    'an added file that takes the place of a module',
    { bug: { 'shop/labels/__init__.py': 'def label(name, count):\n    return name\n' }, weaken: LABEL_WEAKENING },
    ['tests.test_orders.OrdersTest.test_place'],
  ],
  [
    'a deleted data file',
    { bug: { 'shop/our motto é.txt': null }, weaken: MOTTO_WEAKENING },
    ['tests.test_orders.OrdersTest.test_motto'],
  ],
  [
    'a renamed data file with quoted names on both sides',
    { bug: { 'shop/our motto é.txt': null, 'shop/our "old" motto\té.txt': 'cheap' }, weaken: MOTTO_WEAKENING },
    ['tests.test_orders.OrdersTest.test_motto'],
  ],
  [
    'a changed mode and content',
    { bug: { 'bin/banner': '#!/bin/sh\necho SHOP\n' }, weaken: BANNER_WEAKENING },
    ['tests.test_orders.OrdersTest.test_banner'],
  ],
  [
    'a changed mode alone',
    { bug: { 'bin/banner': '#!/bin/sh\necho shop\n' }, weaken: BANNER_WEAKENING },
    ['tests.test_orders.OrdersTest.test_banner'],
  ],
  [
    'a binary file',
    {
      bug: { 'shop/rate.bin': Buffer.from([0, 255, 1, 254, 43, 0]) },
      weaken: weakened('self.assertEqual(rates.rate(), 42)'),
    },
    ['tests.test_orders.OrdersTest.test_rate'],
  ],
  [
    'a file with CRLF lines',
    { bug: edited('shop/labels.py', '{count} x', '{count}x'), weaken: LABEL_WEAKENING },
    ['tests.test_orders.OrdersTest.test_place'],
  ],
  [
    'a file without a newline at its end',
    { bug: { 'shop/our motto é.txt': 'dear' }, weaken: MOTTO_WEAKENING },
    ['tests.test_orders.OrdersTest.test_motto'],
  ],
  [
    'a file that becomes a symbolic link inside the repository',
    { bug: { 'shop/our motto é.txt': { link: '../README.md' } }, weaken: MOTTO_WEAKENING },
    ['tests.test_orders.OrdersTest.test_motto'],
  ],
];

test.concurrent.each(cases)('a bug made of %s is valid', async (_title, recipe, failing) => {
  const report = await court.validate(recipe);
  expectValid(report);
  expect(report.failToPass).toEqual(failing);
  expect(report.passToPass).toHaveLength(15 - failing.length);
  expect(report.flaky).toEqual([]);
});
