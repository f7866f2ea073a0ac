import { listPaths, type Snapshot } from '@swe-selfplay/artifact';
import { findTestFiles, sourceRootsOf } from '../test-files.js';
import type { Detection, TestFramework, TestSelection } from '../test-framework.js';
import { BLOCK_PARSER, RECORDER_PROGRAM, readFailures } from './result-block.js';
import { pythonList, shellScript } from './shell-script.js';

/** Tests run by the unittest module of the standard library. */
export const unittest: TestFramework = {
  name: 'unittest',
  detect,
  testScript: (detection, selection) => shellScript(detection, 'unittest', programOf(selection)),
  parser: BLOCK_PARSER,
  findFailures: readFailures,
};

async function detect(snapshot: Snapshot): Promise<Detection | undefined> {
  const files = await findTestFiles(snapshot);
  const own = files.filter((file) => file.hasUnittestStyle);
  if (own.length === 0) return undefined;
  const isImportable = (path: string) => path.split('/').every((part) => /^[A-Za-z_]\w*(\.py)?$/.test(part));
  const paths = new Set(listPaths(snapshot));
  const testFiles = own.map((file) => file.path).filter((path) => isImportable(moduleFileOf(path, paths)));
  if (testFiles.length === 0) return undefined;
  return {
    testFiles,
    sourceRoots: sourceRootsOf(snapshot),
    reason: `${own.length} of ${files.length} test files hold unittest test cases.`,
    fit: (0.9 * own.length) / files.length,
  };
}

/** The part of a path that names the module: from the topmost directory that is still a package. */
function moduleFileOf(path: string, paths: ReadonlySet<string>): string {
  const parts = path.split('/');
  let first = parts.length - 1;
  while (first > 0 && paths.has([...parts.slice(0, first), '__init__.py'].join('/'))) first -= 1;
  return parts.slice(first).join('/');
}

function programOf(selection: TestSelection): string {
  return [
    RECORDER_PROGRAM,
    '\n\nimport importlib\nimport inspect\nimport traceback\nimport unittest\n\n',
    pythonList('FILES', selection.testFiles),
    pythonList('DESELECTED', selection.deselected),
    PROGRAM,
  ].join('');
}

const PROGRAM = `

def module_of(file):
    """The top-level directory of a test file and its module name, as unittest discover -t would have them."""
    directory, name = os.path.split(os.path.join(ROOT, file))
    names = [os.path.splitext(name)[0]]
    while directory != ROOT and os.path.isfile(os.path.join(directory, "__init__.py")):
        directory, name = os.path.split(directory)
        names.insert(0, name)
    return directory, ".".join(names)


def place_of(test):
    """File and line where the function of a test is defined."""
    try:
        function = inspect.unwrap(getattr(test, test._testMethodName))
        code = function.__code__
        file = relative(code.co_filename)
        return None if file is None else [file, code.co_firstlineno]
    except Exception:
        return None


class RecordingResult(unittest.TextTestResult):
    def addSuccess(self, test):
        super().addSuccess(test)
        record(test.id(), "passed")

    def addError(self, test, err):
        super().addError(test, err)
        record(test.id(), "failed", place_of(test), err[1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        record(test.id(), "failed", place_of(test), err[1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            record(test.id(), "failed", place_of(test), err[1])

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        record(test.id(), "failed", place_of(test))


def names_of(test):
    """The id of a test and those under which the fixtures of its class and module are told."""
    group = type(test)
    names = [test.id()]
    for fixture in ("setUp", "tearDown"):
        names.append("%sClass (%s)" % (fixture, unittest.util.strclass(group)))
        names.append("%sModule (%s)" % (fixture, group.__module__))
    return names


def keep(suite, deselected):
    """The suite without the tests that are not to run."""
    kept = unittest.TestSuite()
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            kept.addTest(keep(test, deselected))
        elif deselected.isdisjoint(names_of(test)):
            kept.addTest(test)
    return kept


def load(file):
    """The tests of one file; a file that cannot be imported is one failed test."""
    top, name = module_of(file)
    if top not in sys.path:
        sys.path.insert(0, top)
    try:
        return unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(name))
    except unittest.SkipTest:
        return unittest.TestSuite()
    except BaseException as error:
        traceback.print_exc()
        record("import of " + file, "failed", [file, 1], error)
        return unittest.TestSuite()


try:
    suite = unittest.TestSuite(load(file) for file in FILES)
    unittest.TextTestRunner(verbosity=2, resultclass=RecordingResult).run(keep(suite, set(DESELECTED)))
except BaseException:
    traceback.print_exc()
finish()
`;
