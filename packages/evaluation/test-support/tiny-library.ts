import {
  createSnapshot,
  diffSnapshots,
  memoryBase,
  printPatch,
  type Snapshot,
  type TestCommand,
  withFiles,
} from '@swe-selfplay/artifact';
import { type SandboxProvider, withSandbox } from '@swe-selfplay/sandbox';
import type { GradingTask } from '../src/index.js';

const NUMBERS = `\
def double(x):
    return x + x


def half(x):
    return x / 2


def is_even(x):
    return x % 2 == 0
`;

/** The library's module with its bug: half of the tests fail. */
export const BUGGY: string = NUMBERS.replace('x + x', 'x + x + x');
export const MODULE = 'tiny/numbers.py';

const TESTS = `\
import unittest

from tiny import numbers


class NumbersTest(unittest.TestCase):
    def test_double(self):
        self.assertEqual(numbers.double(5), 10)

    def test_double_of_a_list(self):
        self.assertEqual(numbers.double([5]), [5, 5])

    def test_half(self):
        self.assertEqual(numbers.half(10), 5)

    def test_is_even(self):
        self.assertTrue(numbers.is_even(10))
        self.assertFalse(numbers.is_even(5))
`;

const PLAIN_TESTS = `\
from tiny import numbers


def test_double():
    assert numbers.double(7) == 14


def test_half():
    assert numbers.half(14) == 7
`;

/** Reads what \`-v\` prints of both frameworks, and believes every line of it. */
const PARSER = `\
import json
import re
import sys

results = {}
for line in sys.stdin.buffer.read().decode('utf-8', 'replace').splitlines():
    match = re.match(r'(\\S+::\\S+) (PASSED|FAILED|ERROR)', line) or re.match(r'\\w+ \\((\\S+)\\) \\.\\.\\. (ok|FAIL|ERROR)', line)
    if match:
        results[match[1]] = 'passed' if match[2] in ('PASSED', 'ok') else 'failed'
json.dump(results, sys.stdout)
`;

export const UNITTEST = 'python3 -m unittest discover -v -s tests -t .';
export const PYTEST = 'python3 -m pytest -v -p no:cacheprovider tests';

const TREE: Readonly<Record<string, string>> = {
  'tests/__init__.py': '',
  'tests/test_numbers.py': TESTS,
  'tests/test_plain.py': PLAIN_TESTS,
  'tiny/__init__.py': '',
  [MODULE]: NUMBERS,
};

/** A state of the library: its files, and others that are added or put in their place. */
export function library(files: Readonly<Record<string, string>> = {}): Snapshot {
  return withText(createSnapshot(memoryBase(TREE)), files);
}

export function withText(snapshot: Snapshot, files: Readonly<Record<string, string>>): Snapshot {
  const entries = Object.entries(files);
  return withFiles(
    snapshot,
    new Map(entries.map(([path, text]) => [path, { mode: '100644', content: Buffer.from(text) }])),
  );
}

export function command(script: string): TestCommand {
  return { script: Buffer.from(`${script}\n`), parser: Buffer.from(PARSER) };
}

const OF_CLASS = ['test_double', 'test_double_of_a_list', 'test_half', 'test_is_even'];
const BROKEN = new Set(['test_double', 'test_double_of_a_list']);

/** The ids that the parser reads. */
export function idsOf(script: string): string[] {
  if (script === UNITTEST) return OF_CLASS.map((name) => `tests.test_numbers.NumbersTest.${name}`);
  const plain = ['test_double', 'test_half'].map((name) => `tests/test_plain.py::${name}`);
  return [...OF_CLASS.map((name) => `tests/test_numbers.py::NumbersTest::${name}`), ...plain];
}

/** The task to mend the library, graded with a script. */
export function tinyTask(script: string, original: Snapshot = library()): GradingTask {
  const ids = idsOf(script);
  const isBroken = (id: string) => BROKEN.has(/\w+$/.exec(id)![0]);
  return {
    original,
    task: withText(original, { [MODULE]: BUGGY }),
    testFiles: ['tests/test_numbers.py', 'tests/test_plain.py'],
    testCommand: command(script),
    failToPass: ids.filter(isBroken),
    passToPass: ids.filter((id) => !isBroken(id)),
  };
}

/** The patch that puts a text in the place of the buggy module. */
export async function patchOf(task: GradingTask, text: string): Promise<Uint8Array> {
  return printPatch(await diffSnapshots(task.task, withText(task.task, { [MODULE]: text })));
}

export const FIXED: string = NUMBERS;

/** Whether scripts can run pytest. */
export async function hasPytest(provider: SandboxProvider): Promise<boolean> {
  const argv = ['sh', '-c', 'python3 -c "import pytest" && command -v pytest'];
  return withSandbox(provider, { base: undefined, changes: new Map() }, async (sandbox) => {
    const { exitCode } = await sandbox.run({ argv });
    return exitCode === 0;
  });
}
