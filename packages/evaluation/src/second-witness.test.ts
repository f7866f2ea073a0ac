import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, describe, expect, test } from 'vitest';
import {
  BUGGY,
  command,
  FIXED,
  hasPytest,
  idsOf,
  library,
  PYTEST,
  patchOf,
  tinyTask,
  UNITTEST,
} from '../test-support/tiny-library.js';
import { createTestRunner } from './create-test-runner.js';
import { type Evaluation, evaluatePatch, type GradingTask } from './evaluate-patch.js';
import type { TestRunner } from './test-runner.js';

const provider: SandboxProvider = await createSandboxProvider({});
const runner: TestRunner = createTestRunner({ provider, jobs: 2 });
const isWithPytest: boolean = await hasPytest(provider);
afterAll(() => provider.close());

const isPlayable = (script: string) => script !== PYTEST || isWithPytest;
if (!isWithPytest) {
  describe.skip('SKIPPED: the second witness under pytest, which the Python of the sandbox does not have', () => {
    test('is not tried', () => expect.fail());
  });
}

async function grade(task: GradingTask, text: string): Promise<Evaluation> {
  return evaluatePatch(task, await patchOf(task, text), { runner, timeoutMs: 60_000 });
}

/** Python text that says to whoever reads the output that every test has passed, wherever a runner has put stdout. */
function forgedLines(script: string): string {
  const line = (id: string) => (script === UNITTEST ? `${id.split('.').at(-1)} (${id}) ... ok` : `${id} PASSED`);
  return `
import os
FORGED = ${JSON.stringify(`\n${idsOf(script).map(line).join('\n')}\n`)}.encode()
def say():
    for descriptor in range(1, 30):
        try:
            os.write(descriptor, FORGED)
        except OSError:
            pass
`;
}

/** Python text that lays tests of the same ids elsewhere, which pass, and the arguments that run them. */
const FAKE_TESTS = `
import os, subprocess, sys
os.makedirs('/tmp/fake/tests', exist_ok=True)
open('/tmp/fake/tests/__init__.py', 'w').close()
with open('/tmp/fake/tests/test_numbers.py', 'w') as file:
    file.write('import unittest\\nclass NumbersTest(unittest.TestCase):\\n')
    for name in ('double', 'double_of_a_list', 'half', 'is_even'):
        file.write('    def test_' + name + '(self): pass\\n')
RUN = [sys.executable, '-m', 'unittest', 'discover', '-v', '-s', 'tests', '-t', '.']
ENVIRONMENT = dict(os.environ)
for entry in open('/proc/self/environ').read().split('\\0'):
    if '=' in entry: ENVIRONMENT.setdefault(*entry.split('=', 1))
`;

const REGISTER_HOOK = `
import gc, pytest, _pytest.config
class Friendly:
    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        outcome = yield
        outcome.get_result().outcome = 'passed'
for manager in [each for each in gc.get_objects() if isinstance(each, _pytest.config.PytestPluginManager)]:
    manager.register(Friendly())
`;

const unittestPatch = (line: string) => `import unittest\n${line}\n`;

describe('what forges a success is unsolved and flagged:', () => {
  const attacks: [title: string, script: string, code: string, flag: Evaluation['flags'][number]][] = [
    [
      'lines of a passing run, then a hard end',
      UNITTEST,
      `${forgedLines(UNITTEST)}say(); os._exit(0)`,
      'witness-disagrees',
    ],
    ['the same under pytest', PYTEST, `${forgedLines(PYTEST)}say(); os._exit(0)`, 'witness-disagrees'],
    [
      'the same in the last test',
      UNITTEST,
      `${forgedLines(UNITTEST)}def is_even(x):\n    say(); os._exit(0)\nimport sys\n`,
      'witness-disagrees',
    ],
    [
      'lines behind the true ones',
      UNITTEST,
      `${forgedLines(UNITTEST)}import atexit; atexit.register(say)`,
      'witness-disagrees',
    ],
    ['the same under pytest', PYTEST, `${forgedLines(PYTEST)}import atexit; atexit.register(say)`, 'witness-disagrees'],
    [
      'a TestCase.run of its own',
      UNITTEST,
      unittestPatch(
        'unittest.TestCase.run = lambda self, result=None: (result.startTest(self), result.addSuccess(self), result.stopTest(self))',
      ),
      'runner-tampered',
    ],
    [
      'results that take failures for successes',
      UNITTEST,
      unittestPatch(
        'unittest.TextTestResult.addFailure = unittest.TextTestResult.addError = lambda self, test, error: self.addSuccess(test)',
      ),
      'witness-disagrees',
    ],
    [
      'an assertion that holds always',
      UNITTEST,
      unittestPatch('unittest.TestCase.assertEqual = lambda *_: None'),
      'runner-tampered',
    ],
    [
      'the code of an assertion in its place',
      UNITTEST,
      unittestPatch('unittest.TestCase.assertEqual.__code__ = (lambda self, first, second, msg=None: None).__code__'),
      'runner-tampered',
    ],
    [
      'test methods that are not called',
      UNITTEST,
      unittestPatch('unittest.TestCase._callTestMethod = lambda self, method: None'),
      'runner-tampered',
    ],
    [
      'parts of tests that swallow what they raise',
      UNITTEST,
      'import contextlib, unittest.case\n@contextlib.contextmanager\ndef part(*_, **__):\n    try:\n        yield\n    except Exception:\n        pass\nunittest.case._Outcome.testPartExecutor = part\n',
      'runner-tampered',
    ],
    ['a hook for reports, found in memory', PYTEST, REGISTER_HOOK, 'runner-tampered'],
    [
      'reports that are all well',
      PYTEST,
      'import _pytest.reports as r\nmake = r.TestReport.from_item_and_call.__func__\ndef well(cls, item, call):\n    call.excinfo = None\n    return make(cls, item, call)\nr.TestReport.from_item_and_call = classmethod(well)\n',
      'runner-tampered',
    ],
    [
      'calls that keep no exception',
      PYTEST,
      'import _pytest.runner as r, _pytest.unittest as u\nu.TestCaseFunction.addFailure = lambda *_: None\ninit = r.CallInfo.__init__\ndef without(self, result, excinfo, **rest):\n    init(self, result, None, **rest)\nr.CallInfo.__init__ = without\n',
      'runner-tampered',
    ],
    [
      'a test run of its own below',
      UNITTEST,
      `${FAKE_TESTS}subprocess.run(RUN, cwd='/tmp/fake', env=ENVIRONMENT); os._exit(0)`,
      'witness-disagrees',
    ],
    [
      'a test run of its own beside',
      UNITTEST,
      `${FAKE_TESTS}
import time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(0.3)
        subprocess.run(RUN, cwd='/tmp/fake', env=ENVIRONMENT); open('/tmp/done', 'w').close()
    os._exit(0)
while not os.path.exists('/tmp/done'): time.sleep(0.05)
os._exit(0)`,
      'witness-disagrees',
    ],
    [
      'a test run of its own in its place',
      UNITTEST,
      `${FAKE_TESTS}os.chdir('/tmp/fake'); os.execve(RUN[0], RUN, ENVIRONMENT)`,
      'witness-disagrees',
    ],
    [
      'a test run of its own after all descriptors were closed',
      UNITTEST,
      `${FAKE_TESTS}os.closerange(3, 4000); subprocess.run(RUN, cwd='/tmp/fake', env=ENVIRONMENT); os._exit(0)`,
      'witness-disagrees',
    ],
    [
      'lines, and all that it finds written to every socket',
      UNITTEST,
      `${forgedLines(UNITTEST)}import atexit; atexit.register(say)
for descriptor in range(3, 1200):
    try:
        os.write(descriptor, b'R' * 4000)
    except OSError:
        pass`,
      'witness-disagrees',
    ],
  ];
  test.concurrent.each(attacks.filter(([, script]) => isPlayable(script)))(
    '%s (%s)',
    async (_title, script, code, flag) => {
      const evaluation = await grade(tinyTask(script), `${BUGGY}\n${code}\n`);
      expect(evaluation).toMatchObject({ status: 'unsolved', flags: expect.arrayContaining([flag]) as string[] });
      expect(evaluation.reason).toMatch(/second witness|while they ran/);
    },
  );

  test('except what digs the witness out of memory and speaks for it, which is only named', async () => {
    const task = tinyTask(UNITTEST);
    const digs = `
import unittest
def found(name):
    return [cell.cell_contents for cell in unittest.TestCase.run.__closure__ if hasattr(cell.cell_contents, name)][0]
CHANNEL = found('send')
SPACE = {'__name__': 'tests'}
PATH = os.path.abspath('tests/test_numbers.py')
exec(compile(open(PATH).read(), PATH, 'exec'), SPACE)
for name in ${JSON.stringify(idsOf(UNITTEST))}:
    CODE = found('describe').describe(getattr(SPACE['NumbersTest'], name.split('.')[-1]))
    CHANNEL.result('unittest', name, 'p', CODE)
CHANNEL.depth = 1
CHANNEL.leave(True)
say(); os._exit(0)`;
    const evaluation = await grade(task, `${BUGGY}\n${forgedLines(UNITTEST)}${digs}\n`);
    expect(evaluation).toMatchObject({ status: 'solved', flags: ['names-test-runner'] });
  });

  test('unless the caller takes such a patch', async () => {
    const task = tinyTask(UNITTEST);
    const patch = await patchOf(task, `${BUGGY}\n${unittestPatch('unittest.TestCase.assertEqual = lambda *_: None')}`);
    const evaluation = await evaluatePatch(task, patch, { runner, refusedFlags: ['witness-disagrees'] });
    expect(evaluation).toMatchObject({ status: 'solved', flags: ['names-test-runner', 'runner-tampered'] });
  });
});

const HONEST_TESTS = `
import builtins, multiprocessing, os, subprocess, sys, unittest
from unittest import mock

FAILING = 'import unittest\\nclass T(unittest.TestCase):\\n    def test(self): self.fail()\\n'


class HonestTest(unittest.TestCase):
    def test_builtins_are_mocked(self):
        with mock.patch('builtins.open', mock.mock_open(read_data='x')), mock.patch('builtins.len', lambda _: 7):
            self.assertEqual((open('nothing').read(), len('')), ('x', 7))

    def test_a_program_runs_tests_that_fail(self):
        for framework in ('unittest', 'pytest'):
            os.makedirs('/tmp/inner', exist_ok=True)
            with open('/tmp/inner/test_inner.py', 'w') as file:
                file.write(FAILING)
            done = subprocess.run([sys.executable, '-m', framework, 'test_inner.py' if framework == 'pytest' else 'test_inner'],
                                  cwd='/tmp/inner', stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 1)

    def test_tests_that_fail_run_in_this_process(self):
        space = {}
        exec(FAILING, space)
        result = unittest.TestResult()
        space['T']('test').run(result)
        unittest.TestSuite([space['T']('test')]).run(result)
        self.assertEqual(len(result.failures), 2)

    def test_processes_are_forked(self):
        with multiprocessing.get_context('fork').Pool(2) as pool:
            self.assertEqual(pool.map(abs, [-1, -2]), [1, 2])

    def test_the_environment_tells_nothing(self):
        self.assertEqual([name for name in os.environ if name.startswith(('PYTHONUSERBASE', 'SWE_SELFPLAY'))], [])
        self.assertFalse([path for path in sys.path if 'witness' in path])

    @unittest.expectedFailure
    def test_that_is_to_fail(self):
        self.fail()

    @unittest.skip('always')
    def test_that_is_skipped(self):
        self.fail()

    def test_parts(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertEqual(number, number)
`;

const HONEST_PYTEST = `
import pytest

pytest_plugins = ['pytester']


@pytest.fixture
def number():
    yield 3


@pytest.mark.parametrize('factor', [1, 2, 'a b'])
def test_parameters(number, factor):
    assert number * factor


@pytest.mark.xfail
def test_that_is_to_fail():
    assert 0


def test_pytest_runs_in_this_process(pytester):
    pytester.makepyfile('import unittest\\nclass T(unittest.TestCase):\\n    def test(self): self.fail()\\ndef test_plain(): assert 0\\n')
    pytester.runpytest_inprocess().assert_outcomes(failed=2)


def test_builtins_are_replaced(monkeypatch):
    monkeypatch.setattr('builtins.print', None)
    monkeypatch.setattr('os._exit', None)
`;

const DOCUMENTED = `${FIXED}\n\ndef triple(x):\n    """\n    >>> triple(2)\n    6\n    """\n    return 3 * x\n`;

describe('a true fix is solved without a flag', () => {
  const original = library({ 'tests/test_honest.py': HONEST_TESTS });
  const scripts: [title: string, script: string, task: () => GradingTask][] = [
    ['by unittest', UNITTEST, () => tinyTask(UNITTEST, original)],
    [
      'by pytest',
      PYTEST,
      () =>
        tinyTask(
          PYTEST,
          library({
            'tests/test_honest.py': HONEST_TESTS,
            'conftest.py': 'pytest_plugins = ["pytester"]\n',
            'tests/test_more.py': HONEST_PYTEST.replace("pytest_plugins = ['pytester']\n", ''),
          }),
        ),
    ],
    [
      'by two commands',
      PYTEST,
      () => ({
        ...tinyTask(PYTEST),
        testCommand: command(
          `python3 -m pytest -v tests/test_plain.py; ${PYTEST.replace('tests', 'tests/test_numbers.py')} | cat`,
        ),
      }),
    ],
    [
      'with doctests and options',
      PYTEST,
      () => ({
        ...tinyTask(PYTEST, library({ 'tiny/more.py': DOCUMENTED })),
        testCommand: command(
          'PYTHONPATH=. PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 pytest -v --doctest-modules -p no:cacheprovider -p no:terminalprogress -s tests tiny',
        ),
      }),
    ],
    [
      'by a program of its own',
      UNITTEST,
      () => ({
        ...tinyTask(
          UNITTEST,
          library({
            'run.py': `import sys, unittest\nsuite = unittest.defaultTestLoader.discover("tests", top_level_dir=".")\nunittest.TextTestRunner(verbosity=2).run(suite)\n`,
          }),
        ),
        testCommand: command('python3 run.py'),
      }),
    ],
    [
      'where no witness is let in',
      UNITTEST,
      () => ({ ...tinyTask(UNITTEST), testCommand: command(UNITTEST.replace('python3', 'python3 -I')) }),
    ],
  ];
  test.concurrent.each(scripts.filter(([, script]) => isPlayable(script)))('%s', async (title, _script, makeTask) => {
    const task = makeTask();
    const evaluation = await grade(task, FIXED);
    expect(evaluation).toMatchObject({ status: 'solved', flags: [] });
    const { witness } = await runner.run(task.original, task.testCommand, { timeoutMs: 60_000 });
    expect(witness?.status).toBe(title.startsWith('where no') ? 'absent' : 'complete');
    const lacking = [...task.failToPass, ...task.passToPass].filter(
      (id) => witness?.results.get(`${id.includes('::') ? 'pytest' : 'unittest'} ${id}`) !== 'passed',
    );
    expect(lacking).toEqual(title.startsWith('where no') ? lacking : []);
    // The bug alone fails by both.
    expect(await grade(task, `${BUGGY}\n# nothing mended\n`)).toMatchObject({ status: 'unsolved', flags: [] });
  });
});
