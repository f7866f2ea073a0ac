import { expect, test } from 'vitest';
import { pathMatcher } from './match-path.js';

test.each([
  ['**/*.py', 'a.py', true],
  ['**/*.py', 'a/b/c.py', true],
  ['a/**/c.py', 'a/c.py', true],
  ['a/**/c.py', 'a/b/d/c.py', true],
  ['a/*.py', 'a/b/c.py', true],
  ['a/*.py', 'b/a/c.py', false],
  ['?.py', 'a.py', true],
  ['?.py', 'ab.py', false],
  ['[ab]?.py', 'b1.py', true],
  ['[!ab]?.py', 'b1.py', false],
  ['[z-a]*', 'm.py', false],
  ['a*b*c.py', 'a.b.py', false],
  ['*a*a', 'aa', true],
  ['*aa*aa', 'aaa', false],
  ['a+(b).py*', 'a+(b).py', true],
  ['stack.py', 'shop/stack.py', true],
  ['shop.py', 'shop/stack.py', false],
])('pattern %s and path %s', (pattern, path, expected) => {
  expect(pathMatcher(pattern)(path)).toBe(expected);
});

test('does not take for ever over hostile patterns', () => {
  expect(pathMatcher('a*'.repeat(150))(`${'a'.repeat(4000)}b`)).toBe(true);
  expect(pathMatcher(`${'*a'.repeat(149)}*c`)('a'.repeat(4000))).toBe(false);
});
