import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseSource } from './normalise-source.js';

const normal = (source: string) => normaliseSource(source).text;

test('comments, docstrings, blank lines and layout are gone', () => {
  const plain = 'def f(a):\n    if a:\n        return [1, 2]\n    else:\n        pass\n    return "#x"\n';
  const dressed = `"""Module."""
# top
def f( a ):  # why
  """What f does."""

  if a : return [1,
     2]  # two
  else: \\
    pass
  # then
  return "#x";
`;
  expect(normaliseSource(plain)).toEqual({ status: 'normalised', text: normal(dressed) });
  expect(normal(dressed)).toBe(
    'def f ( a ) :\n    if a :\n        return [ 1 , 2 ]\n    else :\n        pass\n    return "#x"\n',
  );
});

test('a body of a docstring alone does nothing, and so does one with pass', () => {
  expect(normal('class A:\n    """A."""\n')).toBe(normal('class A: pass\n'));
});

test('decorators, matches and blocks on one line come out as statements on lines', () => {
  const source = '@a\n@b(1)\nasync def f(): x = 1; y = 2\nmatch x:\n  case 1: pass\n  case _:\n    y\n';
  expect(normal(source)).toBe(
    '@ a\n@ b ( 1 )\nasync def f ( ) :\n    x = 1\n    y = 2\nmatch x :\n    case 1 :\n        pass\n    case _ :\n        y\n',
  );
});

test.each([
  ['strings', 'a = "x"', 'a = "x "'],
  ['white space in strings', 'a = """\n  b\n"""', 'a = """\nb\n"""'],
  ['comments in strings', 'a = "# b"', 'a = "# c"'],
  ['strings that are no docstrings', 'def f():\n    x\n    "a"\n', 'def f():\n    x\n    "b"\n'],
  ['what is computed in place of a docstring', 'def f():\n    f"{a()}"\n', 'def f():\n    pass\n'],
  ['a string at the start of a loop', 'for a in b:\n    "c"\n', 'for a in b:\n    pass\n'],
  ['the block of a statement', 'if a:\n    b\nc\n', 'if a:\n    b\n    c\n'],
  [
    'the branch of an else',
    'for a in b:\n  if c:\n    d\n  else:\n    e\n',
    'for a in b:\n  if c:\n    d\nelse:\n    e\n',
  ],
  ['operators', 'a < b', 'a <= b'],
  ['where a statement ends', 'a\n(b)\n', 'a(b)\n'],
])('%s are kept apart', (_title, one, other) => {
  expect(normal(one)).not.toBe(normal(other));
});

test.each([
  ['a syntax error', 'def f(:\n    x\n'],
  ['indentation that goes back to nowhere', 'if a:\n        x\n    y\n'],
  ['indentation before the first statement', '  x = 1\n'],
  ['tabs and spaces mixed', 'if a:\n\tx\n        y\n'],
  ['a block without a statement', 'class A:\n\ndef f(): pass\n'],
  ['an else that stands too deep', 'if a:\n  b\n else:\n  c\n'],
  ['another coding', '# -*- coding: latin-1 -*-\nx = 1\n'],
  ['odd white space', 'a = 1\u00a0+ 2\n'],
])('%s leaves a source as it is', (_title, source) => {
  expect(normaliseSource(source)).toEqual({ status: 'verbatim', text: source });
});

test('names are replaced where they stand as names', () => {
  const renamed = new Map([['test_a', 'test_issue']]);
  expect(normaliseSource('def test_a(): return "test_a"\ntest_a()\n', { renamed }).text).toBe(
    'def test_issue ( ) :\n    return "test_a"\ntest_issue ( )\n',
  );
});

test.each([
  ['a long run of backslashes', `x = 1 +${'\\\n'.repeat(100_000)} 2\n`],
  ['a long run of comments', `if a:\n${'  # b\n'.repeat(40_000)}  c\n`],
  ['what has no end of meanings', 'if a else '.repeat(25_000)],
  ['a source of a megabyte', 'x = 1\n'.repeat(170_000)],
])('%s is left as it is', (_title, source) => {
  expect(normaliseSource(source).status).toBe('verbatim');
});

test('a thousand lines of remarks are no hindrance', () => {
  const source = `def f():\n${'    # This is how it was before.\n'.repeat(1_000)}    return 1\n`;
  expect(normaliseSource(source).text).toBe('def f ( ) :\n    return 1\n');
});

/** Python's own word for it: the trees without docstrings. */
const COMPARE = `
import ast, json, sys

def tree(source):
    try:
        root = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(root):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:] or ([] if isinstance(node, ast.Module) else [ast.Pass()])
    return ast.dump(root)

json.dump([None if (a := tree(one)) is None else a == tree(other) for one, other in json.load(sys.stdin)], sys.stdout)
`;

function comparedByPython(pairs: readonly (readonly [string, string])[]): (boolean | null)[] {
  const input = JSON.stringify(pairs);
  return JSON.parse(execFileSync('python3', ['-c', COMPARE], { input, maxBuffer: 2 ** 26 }).toString());
}

const LIBRARY = join(import.meta.dirname, '../../../examples/tallybook/repository');

test('real modules keep their meaning, and their normal form is its own', () => {
  const paths = readdirSync(LIBRARY, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.py'));
  const sources = paths.map((path) => readFileSync(join(LIBRARY, path), 'utf8'));
  expect(sources.length).toBeGreaterThan(10);
  const pairs = sources.map((source) => [source, normal(source)] as const);
  expect(pairs.filter(([source]) => normaliseSource(source).status === 'verbatim')).toEqual([]);
  expect(comparedByPython(pairs)).toEqual(sources.map(() => true));
  for (const [, text] of pairs) expect(normal(text)).toBe(text);
});

/** Lines of all kinds at all depths: many do not fit, and Python must be right about which. */
const LINE = fc.constantFrom(
  ...[
    'x = 1',
    'if a:',
    'else:',
    'def f():',
    '"""d"""',
    '# c',
    '',
    'a; b',
    'pass',
    '@d',
    'f(1,',
    ')',
    'if a: b',
    '\\',
    'x',
  ],
  ...[
    'class A: "d"',
    'try:',
    'except E:',
    'finally: c',
    'return "a # b"',
    'while a: # c',
    'y = """',
    "f'{x}'",
    '"e" "f"',
  ],
);
const INDENT = fc.constantFrom('', '', '    ', '    ', '        ', '  ', '\t');
const SOURCE = fc
  .array(fc.tuple(INDENT, LINE), { minLength: 1, maxLength: 7 })
  .map((lines) => lines.map(([indent, line]) => `${indent}${line}\n`).join(''));

test('whatever is laid out anew means to Python what it meant', () => {
  const pairs = fc
    .sample(SOURCE, { numRuns: 6_000, seed: 7 })
    .map((source) => [source, normaliseSource(source)] as const)
    .filter(([, { status }]) => status === 'normalised')
    .map(([source, { text }]) => [source, text] as const);
  expect(pairs.length).toBeGreaterThan(150);
  const verdicts = comparedByPython(pairs);
  expect(pairs.filter((_, index) => verdicts[index] !== true)).toEqual([]);
});

type Program = readonly (string | readonly [string, Program])[];
const PROGRAM = fc.letrec<{ program: Program; block: [string, Program] }>((tie) => ({
  program: fc.array(
    fc.oneof({ depthSize: 'small' }, fc.constantFrom('x = [ 1 , 2 ]', 'f ( y )', 'pass'), tie('block')),
    { minLength: 1, maxLength: 4 },
  ),
  block: fc.tuple(fc.constantFrom('def f ( a ) :', 'if a :', 'class A :', 'while x :'), tie('program')),
})).program;

/** The program in some layout, drawn from `noise`. */
function laidOut(program: Program, indentation: string, noise: Iterator<number>): string {
  const draw = (count: number) => (noise.next().value as number) % count;
  return program
    .map((part) => {
      const before = ['', '\n', `${indentation}# why\n`, '\n  # odd\n'][draw(4)]!;
      if (typeof part === 'string') {
        const text = draw(2) === 0 ? part : part.replaceAll(' ', draw(2) === 0 ? '' : '  ');
        return `${before}${indentation}${text.replace(',', draw(3) === 0 ? ',  # one\n' : ',')}\n`;
      }
      const inner = indentation + ['  ', '    ', '\t'][draw(3)]!;
      const docstring = /^(def|class)/.test(part[0]) && draw(2) === 0 ? `${inner}"""Docs."""\n` : '';
      const head = `${part[0]}${draw(2) === 0 ? '  # here' : ''}`;
      return `${before}${indentation}${head}\n${docstring}${laidOut(part[1], inner, noise)}`;
    })
    .join('');
}

test('a program has one normal form in whatever layout', () => {
  function* ones(): Generator<number> {
    for (;;) yield 1;
  }
  fc.assert(
    fc.property(PROGRAM, fc.infiniteStream(fc.nat(11)), (program, noise) => {
      const { status, text } = normaliseSource(laidOut(program, '', noise));
      expect(status).toBe('normalised');
      expect(text).toBe(normal(laidOut(program, '', ones())));
    }),
    { numRuns: 150 },
  );
});
