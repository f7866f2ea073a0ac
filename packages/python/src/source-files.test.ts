import { expect, test } from 'vitest';
import { definedNames, isLibraryPath, isModulePath, moduleNameOf, wordsOf } from './source-files.js';

test('tells the library from tests, tools, documentation and copies by the path', () => {
  const paths = ['pkg/mod.py', 'src/pkg/__init__.py', 'contest.py', 'pkg/data.txt', 'setup.py', 'docs/conf.py'];
  const others = ['tests/builders.py', 'pkg/test_mod.py', 'pkg/_vendor/six.py', '.tox/x.py', 'bench/run.py'];
  expect([...paths, ...others].filter(isLibraryPath)).toEqual(['pkg/mod.py', 'src/pkg/__init__.py', 'contest.py']);
  expect(isModulePath('docs/conf.py') && !isModulePath('pkg/mod.pyc')).toBe(true);
});

test('names modules as imports do', () => {
  expect(['pkg/mod.py', 'src/pkg/__init__.py', 'mod.py'].map(moduleNameOf)).toEqual(['mod', 'pkg', 'mod']);
});

test('lists defined functions and words', () => {
  expect(definedNames('def a():\n  async def b(): pass\nclass C:\n\tdef d(self): pass\nx = "def e"')).toEqual([
    'a',
    'b',
    'd',
  ]);
  expect(wordsOf('a.b1(3, _c)')).toEqual(['a', 'b1', '_c']);
  expect(wordsOf('12 + 3')).toEqual([]);
});
