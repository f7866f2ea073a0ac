import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BUGGY,
  command,
  FIXED,
  library,
  MODULE,
  PYTEST,
  patchOf,
  UNITTEST,
  withText,
} from '../test-support/tiny-library.js';
import { createTestRunner } from './create-test-runner.js';
import { type Evaluation, evaluatePatch, type GradingTask } from './evaluate-patch.js';
import type { TestRunner } from './test-runner.js';

let provider: SandboxProvider;
let runner: TestRunner;
beforeAll(async () => {
  provider = await createSandboxProvider({});
  runner = createTestRunner({ provider, jobs: 2 });
});
afterAll(() => provider.close());

const FIRST = `
import unittest
from tiny import numbers


class FirstTest(unittest.TestCase):
    def test_half(self):
        self.assertEqual(numbers.half(10), 5)
`;

const LATE = `
import unittest
from tiny import numbers


def twice(test):
    def run(self):
        test(self)
        test(self)
    return run


class LateTest(unittest.TestCase):
    def setUp(self):
        self.half = numbers.half(4)

    def tearDown(self):
        numbers.is_even(4)

    def test_double(self):
        self.assertEqual(numbers.double(5), 10)

    @twice
    def test_double_twice(self):
        self.assertEqual(numbers.double(5), 10)
`;

const FILES = ['tests/test_first.py', 'tests/test_late.py'];
const EMPTY = { 'tests/test_numbers.py': '', 'tests/test_plain.py': '' };

/** A task in which the file whose tests fail is loaded after one that imports the library. */
function lateTask(script: string): GradingTask {
  const original = library({ ...EMPTY, 'tests/test_first.py': FIRST, 'tests/test_late.py': LATE });
  const id = (name: string, test: string) =>
    script === PYTEST
      ? `tests/test_${name.toLowerCase()}.py::${name}Test::${test}`
      : `tests.test_${name.toLowerCase()}.${name}Test.${test}`;
  return {
    original,
    task: withText(original, { [MODULE]: BUGGY }),
    testFiles: FILES,
    testCommand: command(script),
    failToPass: [id('Late', 'test_double'), id('Late', 'test_double_twice')],
    passToPass: [id('First', 'test_half')],
  };
}

async function grade(task: GradingTask, text: string): Promise<Evaluation> {
  return evaluatePatch(task, await patchOf(task, text), { runner, timeoutMs: 60_000 });
}

/** Python text that tampers with the tests of the late file once, while the first test of all runs. */
const whileTestsRun = (code: string) => `
import functools, sys
def half(x):
    group = getattr(sys.modules.get('tests.test_late'), 'LateTest', None)
    if group is not None:
        tests = [group.__dict__['test_double'], group.__dict__['test_double_twice']]
        change(group, tests)
    return x / 2
def nothing(like):
    space = {}
    exec(compile('def %s(self): pass' % like.__name__, like.__code__.co_filename, 'exec'), space)
    return space[like.__name__]
${code}
`;

const SWAPPED_CODE = whileTestsRun(`
def change(group, tests):
    tests[0].__code__ = nothing(tests[0]).__code__
    inner = tests[1].__closure__[0].cell_contents
    inner.__code__ = nothing(inner).__code__
`);

const WRAPPED = whileTestsRun(`
def change(group, tests):
    for test in tests:
        setattr(group, test.__name__ if test is tests[0] else 'test_double_twice', functools.wraps(test)(lambda self: None))
`);

const CLOSURE = whileTestsRun(`
def change(group, tests):
    tests[1].__closure__[0].cell_contents = lambda self: None
def double(x):
    return x + x
`);

/** Swapped when a test is set up, and put back when it is taken down. */
const PUT_BACK = whileTestsRun(`
kept = []
def change(group, tests):
    inner = tests[1].__closure__[0].cell_contents
    kept[:] = [(test, test.__code__) for test in (tests[0], inner)]
    for test, _ in kept:
        test.__code__ = nothing(test).__code__
def is_even(x):
    for test, code in kept:
        test.__code__ = code
    return x % 2 == 0
`);

const EMPTIED = `
import re
def emptied(text):
    return re.sub(r'self.assertEqual.*', 'pass', text)
`;

const ON_DISK = `${EMPTIED}
import os
with open('tests/test_late.py') as file:
    text = emptied(file.read())
with open('tests/test_late.py~', 'w') as file:
    file.write(text)
os.replace('tests/test_late.py~', 'tests/test_late.py')
`;

const IMPORT_HOOK = `${EMPTIED}
import importlib.util, os, sys
class Loader:
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        with open(module.__file__) as file:
            exec(compile(emptied(file.read()), module.__file__, 'exec'), module.__dict__)
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == 'tests.test_late':
            return importlib.util.spec_from_file_location(name, os.path.abspath('tests/test_late.py'), loader=Loader())
sys.meta_path.insert(0, Finder())
`;

describe('tests that do not run their own code are no success:', () => {
  const attacks: [title: string, code: string][] = [
    ['code swapped while tests run', SWAPPED_CODE],
    ['a wrapper that calls nothing', WRAPPED],
    ['a function swapped in a closure', CLOSURE],
    ['code swapped for each test and put back', PUT_BACK],
    ['tests written over on disk', ON_DISK],
    ['tests emptied by an import hook', IMPORT_HOOK],
  ];
  const cases = attacks.flatMap(([title, code]) =>
    // pytest takes the methods of a class when it collects them.
    (code === WRAPPED ? [UNITTEST] : [UNITTEST, PYTEST]).map((script): [string, string, string] => [
      title,
      script,
      code,
    ]),
  );
  test.concurrent.each(cases)('%s (%s)', async (_title, script, code) => {
    const evaluation = await grade(lateTask(script), `${BUGGY}\n${code}\n`);
    expect(evaluation).toMatchObject({
      status: 'unsolved',
      flags: expect.arrayContaining(['runner-tampered']) as string[],
      reason: expect.stringMatching(/^The code of [12] tests? is not that of the original/) as string,
    });
  });
});

/** What decorates tests and makes tests of its own in the library, as it is and as somebody else would write it. */
const FOR_TESTS = `
def checked(test):
    @functools.wraps(test)
    def run(*arguments):
        return test(*arguments)
    return run


class Checks:
    number = 2

    def test_inherited(self):
        self.assertEqual(double(self.number), 4)
`;
const OTHERWISE = `
def checked(test):
    def call(*arguments):
        result = test(*arguments)
        return result
    return functools.update_wrapper(call, test)


class Checks:
    number = 2

    def test_inherited(self):
        two = self.number
        self.assertEqual(double(two), two + two)
`;

const HONEST = `
import doctest, functools, sys, unittest
from unittest import mock
from tiny import numbers
from tiny.numbers import Checks


def plain(test):
    def run(*arguments):
        return test(*arguments)
    return run


class HonestTest(Checks, unittest.TestCase):
    @numbers.checked
    def test_decorated(self):
        self.assertIn(numbers.double(1), {2, 'two', None, 3.5, (1, 'x')})

    @plain
    @functools.lru_cache()
    def test_decorated_twice(self):
        self.assertEqual(numbers.double(10 ** 5000), 2 * 10 ** 5000)

    @mock.patch.object(numbers, 'half', lambda x: 7)
    @mock.patch('tiny.numbers.is_even')
    def test_mocked(self, is_even, more=3, *, other='\\udc80'):
        self.assertEqual((numbers.half(1), is_even.called), (7, False))

    def test_parts(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertEqual([(lambda: number)() for _ in 'a'], [number])

    def test_that_changes_itself(self):
        HonestTest.test_that_changes_itself.__code__ = (lambda self: None).__code__


def make(number):
    def test(self):
        self.assertEqual(numbers.half(number), number / 2)
    return test


for number in range(4):
    setattr(HonestTest, 'test_made_%d' % number, make(number))


def examples():
    """
    >>> numbers.double(4)
    8
    """


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(sys.modules[__name__]))
    tests.addTest(unittest.FunctionTestCase(plain(lambda: None)))
    return tests
`;

const HONEST_PYTEST = `
import pytest
from tiny import numbers


@pytest.mark.parametrize('number', [1, 2])
def test_parameters(number, tmp_path):
    assert numbers.double(number) == 2 * number, 'no'


class TestPlain:
    @staticmethod
    def test_static():
        assert numbers.half(4) == 2
`;

describe('tests that run their own code are a success, whatever they are made of', () => {
  const withTools = (more: string) => `import functools\n${FIXED}${more}`;
  const original = library({
    ...EMPTY,
    [MODULE]: withTools(FOR_TESTS),
    'tests/test_honest.py': HONEST,
    'tests/test_pytest.py': HONEST_PYTEST.trim(),
    'tests/__init__.py': '',
  });
  const scripts: [script: string, own: string, count: number][] = [
    ['python3 -m unittest -v tests.test_honest', 'tests.test_honest.HonestTest.test_decorated', 12],
    [PYTEST.replace('-v', '-v --doctest-modules'), 'tests/test_honest.py::HonestTest::test_decorated', 14],
  ];
  test.concurrent.each(scripts)('%s', async (script, id, count) => {
    const task: GradingTask = {
      original,
      task: withText(original, { [MODULE]: withTools(FOR_TESTS).replace('x + x', 'x * x') }),
      testFiles: ['tests/test_honest.py', 'tests/test_pytest.py'],
      testCommand: command(script),
      failToPass: [id],
      passToPass: [],
    };
    expect(await grade(task, withTools(OTHERWISE))).toMatchObject({ status: 'solved', flags: [] });
    const [first, second] = await Promise.all(
      [0, 1].map(
        async (repeat) => (await runner.run(task.original, task.testCommand, { timeoutMs: 60_000, repeat })).witness!,
      ),
    );
    expect([...first!.results.values()]).toEqual(Array.from({ length: count }, () => 'passed'));
    expect([...first!.code!.keys()].sort()).toEqual([...first!.results.keys()].sort());
    expect(first!.code).toEqual(second!.code);
  });
});
