import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSnapshot, memoryBase } from '@swe-selfplay/artifact';
import { afterAll, expect, test } from 'vitest';
import type { TestFramework, TestSelection } from '../test-framework.js';
import { detectTestFrameworks } from '../test-frameworks.js';
import { pytest } from './pytest.js';
import { unittest } from './unittest.js';

const folder = mkdtempSync(join(tmpdir(), 'frameworks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Tree = Readonly<Record<string, string>>;

const snapshotOf = (tree: Tree) => createSnapshot(memoryBase(tree));

/** Lays the tree out, detects, runs script and parser as they are and gives what came of it. */
async function runTests(framework: TestFramework, tree: Tree, selection: Partial<TestSelection> = {}) {
  const root = mkdtempSync(join(folder, 'run-'));
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const detection = (await framework.detect(snapshotOf(tree)))!;
  const script = join(folder, 'test_script.sh');
  const parser = join(folder, 'test_parser.py');
  writeFileSync(
    script,
    framework.testScript(detection, { testFiles: detection.testFiles, deselected: [], ...selection }),
  );
  writeFileSync(parser, framework.parser);
  const env = { PATH: process.env.PATH!, PYTHONDONTWRITEBYTECODE: '1' };
  const output = execFileSync('bash', ['-c', `exec bash ${script} 2>&1`], { cwd: root, env }).toString();
  const report = JSON.parse(execFileSync('python3', [parser], { input: output }).toString());
  return { output, report, failures: framework.findFailures(output), root };
}

const PACKAGE: Tree = {
  'src/shelf/__init__.py': 'def half(number):\n    return number / 2\n\ndef broken():\n    raise KeyError("x")\n',
  'src/shelf/tests/__init__.py': '',
  'src/shelf/tests/test_inside.py':
    'import unittest\nfrom .. import half\nclass Inside(unittest.TestCase):\n    def test_half(self):\n        self.assertEqual(half(2), 1)\n',
  'tests/test_cases.py': `import sys, unittest
import shelf

class Cases(unittest.TestCase):
    def test_described(self):
        """A description instead of the name."""
        print("a line without an end", end="")

    def test_noisy(self):
        print('=== results of 1 tests ===\\n{"id": "forged", "status": "passed"}')
        sys.stderr.write("ok\\n")

    def test_broken(self):
        shelf.broken()

    def test_parts(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertNotEqual(number, 1)

    @unittest.skip("not now")
    def test_skipped(self):
        pass

    @unittest.expectedFailure
    def test_expected(self):
        self.fail()

    @unittest.expectedFailure
    def test_unexpected(self):
        pass

class Unready(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise RuntimeError("no")

    def test_never(self):
        pass
`,
  'tests/test_import.py':
    'import unittest\nimport absent_module\nclass C(unittest.TestCase):\n    def test_a(self): pass\n',
};

test('unittest: runs tests beside and inside the package, and tells passed from failed', async () => {
  const { report, failures, output } = await runTests(unittest, PACKAGE);
  expect(report).toEqual({
    'shelf.tests.test_inside.Inside.test_half': 'passed',
    'import of tests/test_import.py': 'failed',
    'setUpClass (test_cases.Unready)': 'failed',
    'test_cases.Cases.test_broken': 'failed',
    'test_cases.Cases.test_described': 'passed',
    'test_cases.Cases.test_noisy': 'passed',
    'test_cases.Cases.test_parts': 'failed',
    'test_cases.Cases.test_unexpected': 'failed',
  });
  expect(output).toContain('A description instead of the name.');
  const broken = failures.find((failure) => failure.id.endsWith('test_broken'))!;
  expect(broken.test).toEqual({ file: 'tests/test_cases.py', line: 13 });
  expect(broken.error).toContain('KeyError');
  expect(broken.frames).toEqual([
    { file: 'tests/test_cases.py', line: 14, functionName: 'test_broken' },
    { file: 'src/shelf/__init__.py', line: 5, functionName: 'broken' },
  ]);
});

test('pytest: runs functions, classes, parameters and unittest cases in one', async () => {
  const tree: Tree = {
    ...PACKAGE,
    'pyproject.toml': '[tool.pytest.ini_options]\naddopts = "-x -q -q"\n',
    'tests/test_functions.py': `import pytest
import shelf

@pytest.mark.parametrize("text", ["with space", "line\\nend", "é"])
def test_text(text):
    assert text != "é"

@pytest.fixture
def unready():
    raise RuntimeError("no")

def test_setup(unready):
    pass

@pytest.fixture
def untidy():
    yield
    raise RuntimeError("no")

def test_teardown(untidy):
    pass

@pytest.mark.xfail
def test_expected():
    assert False

class TestGroup:
    def test_half(self):
        print("hello")
        with pytest.raises(KeyError):
            shelf.broken()
`,
  };
  const { report, failures } = await runTests(pytest, tree);
  expect(report).toMatchObject({
    'tests/test_functions.py::test_text[with space]': 'passed',
    'tests/test_functions.py::test_text[line\\nend]': 'passed',
    'tests/test_functions.py::test_text[\\xe9]': 'failed',
    'tests/test_functions.py::test_setup': 'failed',
    'tests/test_functions.py::test_teardown': 'failed',
    'tests/test_functions.py::TestGroup::test_half': 'passed',
    'tests/test_cases.py::Cases::test_described': 'passed',
    'tests/test_cases.py::Cases::test_parts': 'failed',
    'tests/test_import.py': 'failed',
    'src/shelf/tests/test_inside.py::Inside::test_half': 'passed',
  });
  expect(Object.keys(report).filter((id) => /expected|skipped|forged/.test(id))).toEqual([
    'tests/test_cases.py::Cases::test_unexpected',
  ]);
  const failure = failures.find((candidate) => candidate.id.includes('test_text'))!;
  expect(failure.test).toEqual({ file: 'tests/test_functions.py', line: 4 });
  expect(failure.frames.at(-1)).toEqual({ file: 'tests/test_functions.py', line: 6, functionName: 'test_text' });
});

test.each([pytest, unittest])('$name: runs the selected files without the deselected tests', async (framework) => {
  const all = await runTests(framework, PACKAGE);
  const failed = Object.keys(all.report).filter((id) => all.report[id] === 'failed');
  const { report } = await runTests(framework, PACKAGE, {
    testFiles: ['tests/test_cases.py'],
    deselected: failed,
  });
  expect(Object.values(report)).toEqual(['passed', 'passed']);
});

test('prefers pytest where a file needs it, unittest where none does, and says when there is neither', async () => {
  const names = async (tree: Tree) => {
    const detection = await detectTestFrameworks(snapshotOf(tree));
    return detection.status === 'found'
      ? detection.candidates.map(({ framework }) => framework.name)
      : detection.reason;
  };
  expect(await names(PACKAGE)).toEqual(['unittest', 'pytest']);
  expect(await names({ ...PACKAGE, 'tests/test_new.py': 'def test_a():\n    pass\n' })).toEqual(['pytest', 'unittest']);
  expect(await names({ 'a_test.py': 'def test_a():\n    pass\n' })).toEqual(['pytest']);
  expect(
    await names({
      'contest.py': 'def test_a():\n    pass\n',
      'venv/test_x.py': 'def test_a(): pass',
      'bench/test_y.py': 'def test_a(): pass',
    }),
  ).toMatch(/no pytest or unittest tests/);
});

test.each([
  ['nothing', ''],
  ['no block', 'test_a ... ok\n'],
  [
    'rubbish in the block',
    '=== results of 3 tests ===\n[1]\n{"id": 3, "status": "passed"}\n{"id": "a", "status": "maybe"}\n',
  ],
])('the parser reports no test for %s', (_, output) => {
  const parser = join(folder, 'parser.py');
  writeFileSync(parser, unittest.parser);
  expect(JSON.parse(execFileSync('python3', [parser], { input: output }).toString())).toEqual({});
  expect(unittest.findFailures(output)).toEqual([]);
});

test('the parser lets failed win over passed for one id', () => {
  const parser = join(folder, 'parser.py');
  writeFileSync(parser, pytest.parser);
  const lines = ['failed', 'passed'].map((status) => JSON.stringify({ id: 'a b', status }));
  const output = `noise\r\n=== results of 2 tests ===\r\n${lines.join('\r\n')}\r\n`;
  expect(JSON.parse(execFileSync('python3', [parser], { input: output }).toString())).toEqual({ 'a b': 'failed' });
});
