import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeBlocksOf } from './code-blocks.js';
import { removeFunctions } from './remove-functions.js';

const SOURCE = `"""Tests."""
import os
from shop import (cart,
                  money as m)

# A section.

CASES = [1, 2]


def helper():
    return 1
    # the end of helper


# Above a test.
@parametrize("x", CASES)
def test_plain(x):
    assert x


class Case(Base):
    """What is tested."""

    limit = 3

    # Above a method.
    def test_one(self):
        pass

    def test_two(self):
        text = """
# no comment
"""


class Lonely:
    """One test."""

    def test_alone(self): pass


if __name__ == "__main__":
    main()
`;

test('cuts a module into whole blocks with what they bind', () => {
  const blocks = codeBlocksOf(SOURCE)!;
  expect(blocks.map(({ kind, qualifiedName, names }) => [kind, qualifiedName, names?.join(' ')])).toEqual([
    ['statement', '', undefined],
    ['statement', '', 'os'],
    ['statement', '', 'cart money m'],
    ['comment', '', undefined],
    ['statement', '', 'CASES'],
    ['function', 'helper', 'helper'],
    ['function', 'test_plain', 'test_plain'],
    ['class', 'Case', 'Case'],
    ['statement', '', undefined],
    ['statement', '', 'limit'],
    ['function', 'Case.test_one', 'test_one'],
    ['function', 'Case.test_two', 'test_two'],
    ['class', 'Lonely', 'Lonely'],
    ['statement', '', undefined],
    ['function', 'Lonely.test_alone', 'test_alone'],
    ['statement', '', undefined],
  ]);
  const textOf = (name: string) => blocks.find(({ qualifiedName }) => qualifiedName === name)!.text;
  expect(textOf('helper')).toBe('def helper():\n    return 1\n    # the end of helper');
  expect(textOf('test_plain')).toMatch(/^# Above a test\.\n@param/);
  expect(textOf('Case.test_one')).toBe('    # Above a method.\n    def test_one(self):\n        pass');
});

test.each([
  ['does not parse', 'def f(:\n'],
  ['has two statements in a line', 'a = 1; b = 2\n'],
  ['ends its lines in an old way', 'a = 1\rb = 2\n'],
])('a source that %s has no blocks', (_, source) => {
  expect(codeBlocksOf(source)).toBeUndefined();
  expect(removeFunctions(source, new Set(['f']))).toBeUndefined();
});

test('takes out functions with their comments, decorators and distance', () => {
  const rest = removeFunctions(SOURCE, new Set(['test_plain', 'Case.test_one', 'absent']));
  expect(rest).toBe(
    SOURCE.replace(/\n\n# Above a test\..*?assert x\n/s, '').replace(/\n {4}# Above a method.*?pass\n/s, ''),
  );
});

test('a class that is left without content goes as a whole, unless it is named elsewhere', () => {
  const rest = removeFunctions(SOURCE, new Set(['Lonely.test_alone']))!;
  expect(rest).toBe(SOURCE.replace(/\n\nclass Lonely.*?pass\n/s, ''));
  expect(removeFunctions(`${SOURCE}print(Lonely)\n`, new Set(['Lonely.test_alone']))).toBeUndefined();
});

test('what is taken out leaves the same text whether or not it was there', () => {
  const without = removeFunctions(SOURCE, new Set(['Case.test_two']))!;
  expect(removeFunctions(without, new Set(['Case.test_two']))).toBe(without);
  expect(without).not.toContain('no comment');
});

test('any set of functions can be taken out, and all others stay as they are', () => {
  const names = ['helper', 'test_plain', 'Case.test_one', 'Case.test_two', 'Lonely.test_alone'];
  fc.assert(
    fc.property(fc.subarray(names), fc.subarray(names), (first, second) => {
      const rest = removeFunctions(SOURCE, new Set(first))!;
      expect(removeFunctions(rest, new Set(second))).toBe(removeFunctions(SOURCE, new Set([...first, ...second])));
      const left = codeBlocksOf(rest)!.filter(({ kind }) => kind === 'function');
      expect(left.map(({ qualifiedName }) => qualifiedName)).toEqual(names.filter((name) => !first.includes(name)));
    }),
  );
});
