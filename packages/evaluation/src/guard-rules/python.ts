import type { GuardedTrees, GuardRule } from '../guarded-files.js';
import { PYTHON_STANDARD_MODULES } from './python-standard-modules.js';

const CONFIGURATION = new Set([
  'conftest.py',
  'pytest.ini',
  '.pytest.ini',
  'pytest.toml',
  '.pytest.toml',
  'tox.ini',
  'tox.toml',
  'noxfile.py',
  'setup.cfg',
  'pyproject.toml',
  '.coveragerc',
  'sitecustomize.py',
  'usercustomize.py',
  'pyvenv.cfg',
]);

/** Modules and packages that a test run imports by name before it comes to the tests. */
const RUNNERS = new Set([
  'pytest',
  '_pytest',
  'py',
  'pluggy',
  'iniconfig',
  'exceptiongroup',
  'nose',
  'nose2',
  'unittest2',
  'sitecustomize',
  'usercustomize',
]);

/**
 * What runners import in their turn, and plug-ins that they load where they are installed. A project may be one of these
 * or hold a copy, so they are guarded like the standard library: where the original has no such module.
 */
const RUNNER_DEPENDENCIES = new Set(
  `
    _distutils_hack _hypothesis_ftz_detector _hypothesis_globals _hypothesis_pytestplugin anyio atomicwrites attr attrs
    colorama coverage ddt execnet faker freezegun green hypothesis importlib_metadata importlib_resources mock
    more_itertools moto packaging parameterized pkg_resources pygments setuptools six sortedcontainers syrupy tomli
    typeguard typing_extensions wcwidth xdist zipp
  `.match(/\S+/g),
);

/** Python: configuration, start-up hooks, bytecode, plug-in metadata, and modules that shadow runner or library. */
export const python: GuardRule = {
  ecosystem: 'python',
  isGuarded(path, trees) {
    const segments = path.split('/');
    const name = segments.at(-1)!;
    return (
      CONFIGURATION.has(name) ||
      name.endsWith('.pth') ||
      isBytecode(segments, name) ||
      // Entry points found there load plug-ins into the runner.
      segments.some((segment) => /\.(dist|egg)-info$/.test(segment)) ||
      shadowsModule(segments, trees)
    );
  },
};

/** Bytecode can be run in place of the source that a reader sees beside it. */
function isBytecode(segments: readonly string[], name: string): boolean {
  return segments.includes('__pycache__') || /\.py[co]$/.test(name);
}

/**
 * A module or package in a directory from which imports may start (one that is no package itself). `pytest.py` and
 * `unittest.py` are guarded as they are; another name only where the original does not have it, since a project may
 * well have a module called `types.py` or a directory called `test`.
 */
function shadowsModule(segments: readonly string[], trees: GuardedTrees): boolean {
  return segments.some((segment, index) => {
    const module = segment.replace(/\..*$/, '');
    const isFile = index === segments.length - 1;
    if (isFile && !/\.(py|so|pyd)$/.test(segment)) return false;
    if (!RUNNERS.has(module) && !isImportedByRunners(module)) return false;
    const directory = segments.slice(0, index).join('/');
    if (!isImportRoot(directory, trees)) return false;
    if (isFile && (RUNNERS.has(module) || module === 'unittest')) return true;
    const stem = directory === '' ? module : `${directory}/${module}`;
    return !trees.hasInOriginal(stem) && !trees.isInOriginal(`${stem}.py`);
  });
}

function isImportedByRunners(module: string): boolean {
  return PYTHON_STANDARD_MODULES.has(module) || RUNNER_DEPENDENCIES.has(module) || module.startsWith('pytest_');
}

function isImportRoot(directory: string, trees: GuardedTrees): boolean {
  if (directory === '') return true;
  const marker = `${directory}/__init__.py`;
  return !trees.isInOriginal(marker) || !trees.isInCandidate(marker);
}
