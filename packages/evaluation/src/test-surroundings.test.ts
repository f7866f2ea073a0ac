import { createSnapshot, memoryBase, type Snapshot, withFiles } from '@swe-selfplay/artifact';
import { expect, test } from 'vitest';
import { pathsAmongTests, type Surroundings, scaffoldPaths } from './test-surroundings.js';

const file = (text: string) => ({ mode: '100644' as const, content: Buffer.from(text) });

function surroundings(
  bug: readonly string[],
  testFiles: readonly string[],
  script = 'python3 -m unittest',
): Surroundings {
  const paths = [
    'pkg/__init__.py',
    'pkg/core.py',
    'pkg/sub/__init__.py',
    'pkg/sub/test_sub.py',
    'run_tests.py',
    'tests/__init__.py',
    'tests/helper.py',
    'tests/runner.py',
    'tests/test_core.py',
  ];
  const original: Snapshot = createSnapshot(memoryBase(Object.fromEntries(paths.map((path) => [path, path]))));
  const task = withFiles(
    original,
    [...bug, ...testFiles].map((path) => [path, file('changed')] as const),
  );
  return { original, task, testFiles, script };
}

const apart = surroundings(['pkg/core.py'], ['tests/test_core.py'], './run_tests.py --all; python3 -m tests.runner');

test.each([
  ['an initialiser that tests are loaded through', 'tests/__init__.py'],
  ['a new initialiser below the tests', 'tests/more/__init__.py'],
  ['a new test file beside the tests', 'tests/test_zzz.py'],
  ['a new test file below the tests', 'tests/more/zzz_test.py'],
  ['a program that the script calls', 'run_tests.py'],
  ['a module that the script calls', 'tests/runner.py'],
])('puts back %s', (_title, path) => {
  expect(scaffoldPaths([path], apart)).toEqual([path]);
});

test.each([
  ['the initialiser of a source package', 'pkg/__init__.py'],
  ['a new source package', 'pkg/new/__init__.py'],
  ['a new module whose name begins with test, among the sources', 'pkg/testing.py'],
  ['a helper of the tests', 'tests/helper.py'],
])('leaves %s to the patch', (_title, path) => {
  expect(scaffoldPaths([path], apart)).toEqual([]);
});

test('leaves initialisers of the code to a patch, also where the script mentions their name', () => {
  const script = 'python3 -c "import os; os.path.isfile(os.path.join(directory, \'__init__.py\'))"';
  const mentioned = surroundings(['pkg/core.py'], ['tests/test_core.py'], script);
  expect(scaffoldPaths(['pkg/sub/__init__.py'], mentioned)).toEqual([]);
});

test('takes a directory for one of tests alone unless code is known to lie there, where the bug is not known', () => {
  const unknown = {
    ...surroundings([], ['pkg/sub/test_sub.py', 'tests/test_core.py']),
    codePaths: ['pkg/sub/code.py'],
  };
  const task = { ...unknown, original: unknown.task };
  expect(scaffoldPaths(['pkg/sub/__init__.py', 'tests/__init__.py'], task)).toEqual(['tests/__init__.py']);
});

test('never puts back what the bug changed, since that would mend it', () => {
  const paths = ['pkg/sub/__init__.py', 'run_tests.py'];
  const within = surroundings(paths, ['pkg/sub/test_sub.py'], 'python3 run_tests.py');
  expect(scaffoldPaths([...paths, 'pkg/sub/other.py'], within)).toEqual([]);
});

test('tells files among the tests from files of the code, also where tests lie beside it', () => {
  expect(pathsAmongTests(['tests/helper.py', 'tests/data/x', 'tests/test_core.py', 'pkg/core.py'], apart)).toEqual([
    'tests/helper.py',
    'tests/data/x',
  ]);
  const beside = surroundings(['pkg/sub/code.py'], ['pkg/sub/test_sub.py']);
  expect(pathsAmongTests(['pkg/sub/code.py', 'pkg/sub/more.py'], beside)).toEqual([]);
});
