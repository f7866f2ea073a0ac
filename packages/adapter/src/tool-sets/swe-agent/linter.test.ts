import { createSandboxProvider, type Sandbox, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRolloutShell } from '../cwm/rollout-shell.js';
import { createLinter } from './linter.js';

let provider: SandboxProvider;
let sandbox: Sandbox;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  sandbox = await provider.open({ base: undefined, changes: new Map() });
});
afterAll(() => provider.close());

const shell = createRolloutShell();
const place = () => ({ sandbox, signal: new AbortController().signal });

/** Codes and lines that the linter of the standard library finds. */
async function codesOf(content: string | Uint8Array, path = '/w/module.py'): Promise<string[]> {
  const findings = await createLinter(shell).check(path, Buffer.from(content), place());
  return findings!.map(({ line, text }) => `${line} ${text.split(' ', 1)}`);
}

describe('the linter of the standard library', () => {
  test('says so', async () => {
    expect(await createLinter(shell).describe(place())).toMatch(/standard library of python3; flake8 is not installed/);
  });

  test('finds nothing in sound programs', async () => {
    expect(
      await codesOf(`
import os.path, typing as t
from typing import TypeVar
__all__ = ["f", "C"] + ["K"]
K: "list[C]" = []
T = TypeVar("T", bound="C")
try:
    unicode
except NameError:
    unicode = str
def f(a, *b, c=os, **d) -> "C":
    def inner():
        nonlocal a
        a = later
        return [x + y for x in b for y in x if (z := y)], z, d, __file__, __name__
    with open(a) as g, inner() as (h, [i]):
        pass
    for j in h:
        del j
    try:
        return lambda q=c: q(g, i)
    except (OSError, ValueError) as error:
        print(error)
class C(t.Generic[T], metaclass=type):
    size = 4
    squares = [size for _ in "abc"]
    name = __qualname__
    def own(self) -> t.Optional["C"]:
        global made
        made = __class__
        return made
async def g(queue):
    async for item in queue:
        yield await item
match K:
    case {"a": one, **rest} | [one, *rest] if one:
        print(one, rest)
    case C(size=four) as whole:
        print(four, whole)
later = made
`),
    ).toEqual([]);
  });

  test('finds names that nothing binds', async () => {
    const program = `
print(early)
early = 1
def f(a):
    try:
        pass
    except OSError as error:
        pass
    return error, wrong
class C:
    size = 1
    def own(self):
        return size
annotated: int
print(annotated)
del early
print(early)
x = [e for e in range(3)], e
def g(p: "Missing", q: "t.Literal['fine']"): pass
fail += 1
`;
    expect(await codesOf(program)).toEqual(
      ['2', '9', '9', '13', '15', '17', '18', '19', '19', '20'].map((line) => `${line} F821`),
    );
    expect(await codesOf('from os import *\nprint(whatever)\n')).toEqual([]);
    expect(await codesOf('print(__path__)\n', '/w/__init__.py')).toEqual([]);
  });

  test('finds exports that are none, arguments given twice and odd indentation', async () => {
    expect(await codesOf("__all__ = ['a']\n__all__ += ['b']\na = 1\n")).toEqual(['2 F822']);
    expect(await codesOf('f = lambda a, a: a\ndef g(b, *, b): pass\n')).toEqual(['1 F831', '2 F831']);
    expect(await codesOf('if 1:\n  a = 1\n  b = (a,\n a)\n')).toEqual(['2 E111', '3 E111']);
  });

  test('says of what cannot be parsed nothing else', async () => {
    expect(await codesOf('print(x)\nif 1:\nprint(2)\n')).toEqual(['3 E999']);
    expect(await codesOf('  x = 1\n')).toEqual(['1 E999']);
    expect(await codesOf('x = """\n')).toEqual(['1 E999']);
    expect(await codesOf('x = 1\0\n')).toEqual(['1 E999']);
    expect(await codesOf(`${'('.repeat(5000)}\n`)).toEqual(['1 E999']);
  });

  test('reads any encoding and any depth', async () => {
    expect(await codesOf(Buffer.from('# caf\xe9\nprint(x)\n', 'latin1'))).toEqual(['2 F821']);
    expect(await codesOf(Buffer.from('# coding: latin-1\ns = "\xe9"\nprint(x)\r\n', 'latin1'))).toEqual(['3 F821']);
    expect(await codesOf('\ufeffprint(x)\n')).toEqual(['1 F821']);
    expect(await codesOf('')).toEqual([]);
    expect(await codesOf(`x = ${'-'.repeat(3000)}1\n`)).toSatisfy((found: string[]) => found.length <= 1);
  });

  test('is quieted by comments as flake8 is', async () => {
    expect(await codesOf('a = b  # noqa\nc = d  # noqa: F821\ne = f  # noqa: E501\n')).toEqual(['3 F821']);
    expect(await codesOf('g = h, """\n"""  # noqa\ni = (j,\n  1)  # noqa\n')).toEqual(['3 F821']);
    expect(await codesOf('# flake8: noqa\na = b\n')).toEqual([]);
  });
});

// A stand-in that is called as flake8 is.
const STAND_IN = `
import sys
if "--version" in sys.argv: sys.exit(print("7.0.0"))
assert "--isolated" in sys.argv and "--select=F821,F822,F831,E111,E112,E113,E999,E902" in sys.argv
text = open(sys.argv[-1]).read()
if "crash" in text: raise SystemError
print(sys.argv[-1], file=open("/tmp/seen", "w"))
if "bad" in text: sys.exit(print("3:1: F821 undefined name 'bad'") or 1)
`;

test('flake8 is asked where there is one, about a copy that does not stay', async () => {
  const home = await provider.open({ base: undefined, changes: new Map() });
  const there = { sandbox: home, signal: new AbortController().signal };
  const run = async (script: string) =>
    Buffer.from((await home.run({ argv: ['bash', '-c', script], stdin: Buffer.from(STAND_IN) })).stdout).toString();
  await run('d=$(python3 -m site --user-site)/flake8; mkdir -p "$d" && cat > "$d/__main__.py"');
  const linter = createLinter(createRolloutShell());
  expect(await linter.describe(there)).toMatch(/^Python files are checked with flake8 \(F821,/);
  expect(await linter.check('/w/-a b.py', Buffer.from('bad'), there)).toEqual([
    { line: 3, column: 1, text: "F821 undefined name 'bad'" },
  ]);
  expect(await run('basename "$(cat /tmp/seen)"; ls "$(dirname "$(cat /tmp/seen)")" 2>/dev/null')).toBe('-a b.py\n');
  expect(await linter.check('/w/a.py', Buffer.from('good'), there)).toEqual([]);
  expect(await linter.check('/w/a.py', Buffer.from('crash'), there)).toBeUndefined();
  await home.close();
});

test('without python3 nothing is checked, and that is said', async () => {
  await sandbox.run({ argv: ['sh', '-c', 'mkdir -p bin && ln -sf "$(command -v sh)" bin/sh'] });
  const bare = createRolloutShell();
  const linter = createLinter({
    ...bare,
    run: (command, at) => bare.run({ ...command, env: { PATH: `${sandbox.workdir}/bin` } }, at),
  });
  expect(await linter.describe(place())).toMatch(/^Python files are not checked: neither/);
  expect(await linter.check('/w/a.py', Buffer.from('x = ('), place())).toBeUndefined();
});
