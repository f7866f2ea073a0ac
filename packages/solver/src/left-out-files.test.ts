import { expect, test } from 'vitest';
import { isLeftOut } from './left-out-files.js';

test.each([
  '.git/config',
  'shop/__pycache__/cart.cpython-311.pyc',
  'old.pyc',
  '.pytest_cache/v/cache/lastfailed',
  '.coverage.host.1',
  'src/shop.egg-info/PKG-INFO',
  'shop/cart.py.orig',
  'shop/cart.py~',
  'pred_patch.diff',
])('leaves out %s', (path) => expect(isLeftOut(path)).toBe(true));

test.each([
  'shop/cart.py',
  '.gitignore',
  'git/x.py',
  'pyc',
  'shop.egg-information/x',
  'docs/original',
  'coverage.py',
  '__pycache__',
])('keeps %s', (path) => expect(isLeftOut(path)).toBe(false));
