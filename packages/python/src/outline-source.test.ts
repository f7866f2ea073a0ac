import { expect, test } from 'vitest';
import { outlineSource } from './outline-source.js';

test('comments and layout leave the tokens as they are', () => {
  const plain = 'def f(a):\n    if a:\n        return 1\n    return "#x"\n';
  const dressed = '# top\ndef f( a ):  # why\n\n    if a: return 1\n    # then\n    return "#x"\n';
  expect(outlineSource(dressed).tokens).toEqual(outlineSource(plain).tokens);
  expect(outlineSource(dressed).comments).toEqual([
    { line: 1, text: 'top' },
    { line: 2, text: 'why' },
    { line: 5, text: 'then' },
  ]);
});

test.each([
  ['a string', 'a = "x"', 'a = "y"'],
  ['a docstring', 'def f():\n    """A."""\n', 'def f():\n    """B."""\n'],
  ['the block that a statement is in', 'if a:\n    b\nc\n', 'if a:\n    b\n    c\n'],
  ['an operator', 'a < b', 'a <= b'],
])('%s is part of them', (_title, one, other) => {
  expect(outlineSource(one).tokens).not.toEqual(outlineSource(other).tokens);
});

test('a source that does not parse is said to be so', () => {
  expect(outlineSource('def f(:\n    x\n').parses).toBe(false);
  expect(outlineSource('def f():\n    x\n').parses).toBe(true);
});
