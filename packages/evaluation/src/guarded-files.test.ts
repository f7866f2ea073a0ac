import { expect, test } from 'vitest';
import { guardedFiles } from './guarded-files.js';

const ORIGINAL = [
  'pkg/__init__.py',
  'pkg/types.py',
  'test/test_core.py',
  'tests/test_io.py',
  'calendar.py',
  'src/lib/__init__.py',
  'conftest.py',
];

function guarded(...paths: string[]): string[] {
  const trees = { original: ORIGINAL, candidate: [...ORIGINAL, ...paths] };
  return guardedFiles(paths, trees, { testFiles: ['tests/test_io.py'] });
}

test.each([
  'conftest.py',
  'deep/down/conftest.py',
  'setup.cfg',
  'pyproject.toml',
  'tox.ini',
  '.pytest.ini',
  'sitecustomize.py',
  'usercustomize.py',
  'pkg/hook.pth',
  'pytest.py',
  'unittest.py',
  'unittest/__init__.py',
  'src/_pytest/__init__.py',
  'tests/json.py',
  'pygments/__init__.py',
  'src/hypothesis.py',
  'pytest_evil.py',
  'sitecustomize/__init__.py',
  'src/usercustomize.abi3.so',
  'tests.py',
  'tests.cpython-311-x86_64-linux-gnu.so',
  '.coveragerc',
  're.cpython-311-x86_64-linux-gnu.so',
  'pkg/__pycache__/types.cpython-311.pyc',
  'tests/__pycache__/test_io.cpython-311.pyc',
  'evil.dist-info/entry_points.txt',
  'evil.egg-info/entry_points.txt',
  'tests/test_io/__init__.py',
  'tests/test_io.abi3.so',
  'Makefile',
  'package.json',
  '.mocharc.yml',
  'node_modules/jest/index.js',
])('guards %s', (path) => {
  expect(guarded(path)).toEqual([path]);
});

test.each([
  'contest.py',
  'pkg/types.py',
  'pkg/json.py',
  'pkg/pygments.py',
  'src/lib/unittest.py',
  'calendar.py',
  'test/test_core.py',
  'test/helpers.py',
  'tests/test_iou.py',
  'tests2.py',
  'tests.txt',
  'docs/conftest.md',
  'pkg/setup.py',
])('leaves %s to the code', (path) => {
  expect(guarded(path)).toEqual([]);
});

test('guards a library name in a directory that a patch stops from being a package', () => {
  const original = ['tests/__init__.py', 'tests/test_io.py'];
  const candidate = ['tests/test_io.py', 'tests/unittest.py'];
  const paths = ['tests/unittest.py'];
  expect(guardedFiles(paths, { original, candidate }, { testFiles: [] })).toEqual(paths);
  expect(guardedFiles(paths, { original, candidate: [...original, ...paths] }, { testFiles: [] })).toEqual([]);
});
