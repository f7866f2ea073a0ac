import { expect, test } from 'vitest';
import { findPathProblem, foldPath } from './safe-path.js';

test.each([
  'a',
  'a/b.c/d',
  'end ',
  ' ',
  'q"uote',
  'back\\slash',
  'x.git/config',
  '.github/workflows/ci.yml',
  '.gitignore',
  '.gitattributes',
  'git~',
  'a..b',
  '...',
  'tab\t\n',
  '日本',
  `${'x'.repeat(255)}/y`,
])('%j is fit for a repository', (path) => {
  expect(findPathProblem(path)).toBeUndefined();
});

test.each([
  ['', 'is empty'],
  ['/etc/passwd', 'is absolute'],
  ['C:\\x', 'is absolute'],
  ['..', 'contains ".."'],
  ['a/../b', 'contains ".."'],
  ['a\\..\\b', 'contains ".."'],
  ['./a', 'contains "."'],
  ['a//b', 'contains an empty name'],
  ['a/', 'contains an empty name'],
  ['a\0b', 'contains a NUL byte'],
  ['\ud800', 'is not valid Unicode'],
  ['.git', 'names a .git directory'],
  ['.git/hooks/post-checkout', 'names a .git directory'],
  ['sub/.GIT/config', 'names a .git directory'],
  ['.git /config', 'names a .git directory'],
  ['.git...', 'names a .git directory'],
  ['.git. . /x', 'names a .git directory'],
  ['GIT~1/config', 'names a .git directory'],
  ['.g\u200cit/config', 'names a .git directory'],
  ['\ufeff.git/config', 'names a .git directory'],
  ['.git::$INDEX_ALLOCATION/x', 'names a .git directory'],
  ['.git\\config', 'names a .git directory'],
  ['x'.repeat(256), 'has a name over 255 bytes'],
  ['ü'.repeat(128), 'has a name over 255 bytes'],
  ['x/'.repeat(100), 'has more than 100 names'],
  ['x/'.repeat(1025), 'is longer than 2048 bytes'],
])('%j is refused: %s', (path, problem) => {
  expect(findPathProblem(path)).toBe(problem);
});

test('paths that some file system takes for one fold alike', () => {
  expect(foldPath('README')).toBe(foldPath('readme'));
  expect(foldPath('stra\u00dfe')).toBe(foldPath('STRASSE'));
  expect(foldPath('\u00e9')).toBe(foldPath('E\u0301'));
  expect(foldPath('a\u200db')).toBe(foldPath('AB'));
  expect(foldPath('a')).not.toBe(foldPath('b'));
});
