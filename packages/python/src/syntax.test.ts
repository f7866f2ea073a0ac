import { expect, test } from 'vitest';
import { nodesIn } from './operator.js';
import { functionsOf, hasSyntaxError, parsePython, parsePythonWithin } from './syntax.js';

const SOURCE = `@decorator(1)
async def first(a, /, b: int = 2, *args, c: str, **rest) -> None:
    """Says é and 漢字."""
    yield a


class Outer:
    class Inner:
        def method(self): return 'one line'

    if True:
        @property
        @cached
        def lazy(self):
            # comment
            'docstring behind a comment'
            def local(): pass
            return local
`;

test('lists functions with qualified names, ranges and docstrings', () => {
  const functions = functionsOf(parsePython(SOURCE));
  expect(functions.map((definition) => definition.qualifiedName)).toEqual([
    'first',
    'Outer.Inner.method',
    'Outer.lazy',
    'Outer.lazy.<locals>.local',
  ]);
  const [first, method, lazy, local] = functions;
  expect(first).toMatchObject({
    decorators: ['decorator(1)'],
    parameters: ['a', 'b', 'args', 'c', 'rest'],
    isAsync: true,
    isGenerator: true,
    startLine: 1,
    endLine: 4,
    bodyIndentation: '    ',
    className: undefined,
  });
  expect(SOURCE.slice(first!.start, first!.end)).toMatch(/^@decorator[\s\S]*yield a$/);
  expect(SOURCE.slice(first!.docstring!.start, first!.docstring!.end)).toBe('"""Says é and 漢字."""');
  expect(SOURCE.slice(method!.body.start, method!.body.end)).toBe("return 'one line'");
  expect(method).toMatchObject({ bodyIndentation: '', className: 'Inner', docstring: undefined });
  expect(lazy).toMatchObject({
    className: 'Outer',
    decorators: ['property', 'cached'],
    bodyIndentation: '            ',
  });
  expect(lazy!.docstring).toBeDefined();
  expect(local).toMatchObject({ className: undefined, isGenerator: false });
});

test('sees syntax errors, and none in modern Python', () => {
  expect(hasSyntaxError('def f(:\n  pass')).toBe(true);
  expect(hasSyntaxError('print "old"\nexec "x"')).toBe(false);
  expect(hasSyntaxError('match x:\n    case {"a": [1, *_]}:\n        print(f"{x!r:>{w}}")\n')).toBe(false);
  expect(hasSyntaxError('')).toBe(false);
});

test('parses files beyond 32 KiB', () => {
  const source = Array.from({ length: 3000 }, (_, index) => `def f${index}():\n    return ${index}\n`).join('');
  expect(functionsOf(parsePython(source))).toHaveLength(3000);
});

test('bears sources that are nested far deeper than people write', () => {
  const nested = `def f(x):\n    return ${'('.repeat(20_000)}x${')'.repeat(20_000)}\n`;
  const chained = `def f(x):\n    return ${Array.from({ length: 20_000 }, () => 'x').join(' + ')}\n`;
  for (const source of [nested, chained]) {
    const module = parsePython(source);
    const [definition] = functionsOf(module);
    expect(definition).toMatchObject({ name: 'f', isGenerator: false });
    expect(nodesIn(definition!).length).toBeGreaterThan(20_000);
  }
});

test('reads a function with a list of any length', () => {
  const [long] = functionsOf(parsePython(`def long():\n    return [${'0,'.repeat(200_000)}]\n`));
  expect(long?.qualifiedName).toBe('long');
});

test('gives up on a source that takes too long, and parses the next one from its beginning', () => {
  const slow = 'if a else '.repeat(20_000);
  expect(parsePythonWithin(slow, 50)).toBeUndefined();
  expect(functionsOf(parsePythonWithin('def f(): pass\n', 60_000)!)).toMatchObject([{ name: 'f', startLine: 1 }]);
  expect(parsePython('x = 1\n').hasSyntaxError).toBe(false);
});

test.each([
  ['lines of a backslash', '\\\n'.repeat(200_000)],
  ['comments', '    # x\n'.repeat(50_000)],
])('a source of %s without end is taken for what does not parse, at once', (_, source) => {
  // Otherwise for minutes.
  const module = parsePython(source);
  expect([module.hasSyntaxError, functionsOf(module)]).toEqual([true, []]);
});

test('a large source is parsed', () => {
  const module = parsePython('def f(a):\n    return [a, "text"]  # why\n\n\n'.repeat(10_000));
  expect([module.hasSyntaxError, functionsOf(module).length]).toEqual([false, 10_000]);
});
