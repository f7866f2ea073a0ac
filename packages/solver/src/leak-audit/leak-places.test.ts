import { expect, test } from 'vitest';
import { asSource, isDisposable, metadataPlace, placeToHide } from './leak-places.js';

test.each([
  ['/env/lib/site-packages/shop/basket.py', 'src/shop/basket.py', '/env/lib/site-packages/shop'],
  ['/env/lib/site-packages/shop/a/__pycache__/b.cpython-311.pyc', 'shop/a/b.py', '/env/lib/site-packages/shop'],
  ['/env/site-packages/pip/_vendor/shop/basket.py', 'shop/basket.py', '/env/site-packages/pip/_vendor/shop'],
  // A directory that holds more than the package stays.
  ['/usr/lib/shop/basket.py', 'lib/shop/basket.py', '/usr/lib/shop/basket.py'],
  ['/usr/lib/basket.py', 'lib/basket.py', '/usr/lib/basket.py'],
  ['/env/site-packages/basket.py', 'basket.py', '/env/site-packages/basket.py'],
  ['/env/site-packages/other/deal.py', 'shop/basket.py', '/env/site-packages/other/deal.py'],
])('of %s, a copy of %s, hides %s', (path, original, place) => {
  expect(placeToHide(path, original)).toBe(place);
});

test.each([
  ['build/lib/a.py', true],
  ['a/__pycache__/b.pyc', true],
  ['a.egg-info/SOURCES.txt', true],
  ['src/a.py.orig', true],
  ['src/.a.py.swp', true],
  ['src/builder/a.py', false],
  ['src/build.py', false],
  ['docs/orig.md', false],
])('%s is made from source: %s', (path, expected) => {
  expect(isDisposable(path)).toBe(expected);
});

test('names the topmost directory that a tool left behind', () => {
  expect(metadataPlace('a/.pytest_cache/v/cache/lastfailed')).toBe('a/.pytest_cache');
  expect(metadataPlace('.coverage.host.123')).toBe('.coverage.host.123');
  expect(metadataPlace('docs/coverage.md')).toBeUndefined();
});

test('bytecode is beside its source', () => {
  expect(asSource('a/__pycache__/b.cpython-312.opt-1.pyc')).toBe('a/b.py');
  expect(asSource('a/b.pyc')).toBe('a/b.py');
  expect(asSource('a/b.txt')).toBe('a/b.txt');
});
