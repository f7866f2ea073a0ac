import { expect, test } from 'vitest';
import { filesOfModule, importedModules, reachableFiles } from './imported-files.js';

test('finds the modules of every form of import', () => {
  const source =
    'import os, shop.cart as c\nfrom shop import (  # two\n    cart,\n    money as m,\n)\nfrom . import a\nfrom ..b import x\n';
  expect(importedModules(source)).toEqual([
    'os',
    'shop.cart',
    'shop',
    'shop.cart',
    'shop.money',
    '.',
    '.a',
    '..b',
    '..b.x',
  ]);
});

test('finds files of absolute and relative modules', () => {
  const paths = ['src/shop/__init__.py', 'src/shop/cart.py', 'src/shop/sub/x.py', 'src/shop/money.py', 'workshop.py'];
  expect(filesOfModule('shop.cart', 'tests/test_cart.py', paths)).toEqual(['src/shop/cart.py']);
  expect(filesOfModule('shop', 'tests/test_cart.py', paths)).toEqual(['src/shop/__init__.py']);
  expect(filesOfModule('.money', 'src/shop/cart.py', paths)).toEqual(['src/shop/money.py']);
  expect(filesOfModule('..money', 'src/shop/sub/x.py', paths)).toEqual(['src/shop/money.py']);
  expect(filesOfModule('.', 'src/shop/cart.py', paths)).toEqual(['src/shop/__init__.py']);
});

test('follows imports, nearest first, and ends in cycles', async () => {
  const files: Record<string, string> = {
    'tests/test_a.py': 'import a\n',
    'a.py': 'from b import f\n',
    'b.py': 'import c, a\n',
    'c.py': '',
    'd.py': '',
  };
  const read = async (path: string) => files[path];
  expect(await reachableFiles(['tests/test_a.py'], Object.keys(files), read, 10)).toEqual(['a.py', 'b.py', 'c.py']);
  expect(await reachableFiles(['tests/test_a.py'], Object.keys(files), read, 2)).toEqual(['a.py', 'b.py']);
});
