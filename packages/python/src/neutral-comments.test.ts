import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { addNeutralComments } from './neutral-comments.js';

const TRICKY = `"""Module # docstring
of two lines."""
import os; import sys
from typing import (
    Any,
)

VALUE = 1 \\
    + 2
TEXT = f"""{VALUE} # no comment
"""  # has one already
if VALUE: print("inline")


class Box:
    """A box."""
    size: int = 3

    @property
    def text(self) -> str:
        return '''
        # inside a string
        '''

    async def later(self):
        async with self as other:
            await other
        try:
            raise ValueError(
                "x"
            )
        except ValueError:
            pass
        else: pass


def generate():
    yield 1
    match VALUE:
        case 3:
            del globals()["VALUE"]
`;

const dump = (source: string) => {
  const run = spawnSync(
    'python3',
    ['-c', 'import ast, sys; print(ast.dump(ast.parse(sys.stdin.read()), include_attributes=True))'],
    { input: source, encoding: 'utf8' },
  );
  expect(run.stderr).toBe('');
  return run.stdout;
};

test('comments stand behind statements, and Python reads the very same program from the same lines', () => {
  const edited = addNeutralComments(TRICKY, 'seen');
  expect(edited.split('\n')).toHaveLength(TRICKY.split('\n').length);
  expect(dump(edited)).toBe(dump(TRICKY));
  const commented = edited.split('\n').filter((line) => line.endsWith('  # seen'));
  expect(commented.map((line) => line.trim().replace('  # seen', ''))).toEqual([
    'of two lines."""',
    'import os; import sys',
    ')',
    '+ 2',
    'if VALUE: print("inline")',
    '"""A box."""',
    'size: int = 3',
    "'''",
    'await other',
    ')',
    'pass',
    'else: pass',
    'yield 1',
    'del globals()["VALUE"]',
  ]);
});

test.each([
  ['an empty file', '', '# seen\n'],
  ['a file of comments', '# a', '# a\n# seen\n'],
  ['a file with carriage returns', 'a = 1\r\nb = 2\r\n', 'a = 1  # seen\r\nb = 2  # seen\r\n'],
  ['a statement without a line end', 'a = 1', 'a = 1  # seen'],
  ['a file that does not parse', 'def (:\n', 'def (:\n# seen\n'],
])('%s gets its comment', (_title, source, expected) => {
  expect(addNeutralComments(source, 'seen')).toBe(expected);
});

test('a large file is edited in seconds', () => {
  const source = Array.from({ length: 5000 }, (_, index) => `def f${index}(a):\n    return a + ${index}\n`).join('');
  const startedAt = performance.now();
  expect(addNeutralComments(source, 'seen').match(/# seen/g)).toHaveLength(5000);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});
