import { createTestRunner, type TestRunner } from '@swe-selfplay/evaluation';
import { createSandboxProvider, type SandboxProvider } from '@swe-selfplay/sandbox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TallybookTask, tallybookTask } from '../../test-support/tallybook-task.js';
import { candidate, patchOf, textWith } from '../../test-support/written-tests.js';
import type { WrittenTest } from '../evidence/evidence.js';
import { gatherMatrix } from '../evidence/gather-matrix.js';
import { expectedTestIds, isLoadFailure } from './expected-test-ids.js';
import { writtenTestOf } from './written-test-of.js';

let provider: SandboxProvider;
let runner: TestRunner;
let tallybook: TallybookTask;
beforeAll(async () => {
  provider = await createSandboxProvider({ backend: 'auto' });
  runner = createTestRunner({ provider });
  tallybook = await tallybookTask();
});
afterAll(() => provider.close());

const PATH = 'tests/test_new.py';

async function read(content: string, path: string = PATH) {
  const file = { id: 'new', writer: 'hand', path, content: Buffer.from(content) };
  return writtenTestOf(tallybook.selection, file, { runner });
}

const ABSENT = `import unittest

from tallybook.dates import next_month


class NextMonth(unittest.TestCase):
    def test_december(self):
        self.assertEqual(next_month(12), 1)

    def test_january(self):
        self.assertEqual(next_month(1), 2)
`;

test('a test of what the bug took away counts by its own ids, and passes with what puts that back', async () => {
  const reading = await read(ABSENT);
  if (reading.status !== 'written') throw new Error(reading.reason);
  const written: WrittenTest = reading.test;
  expect(written.testIds).toEqual(['tests.test_new.NextMonth.test_december', 'tests.test_new.NextMonth.test_january']);
  const { snapshot } = tallybook.task.view;
  const anchor = 'class DateError(ValueError):';
  const withBody = async (body: string) => {
    const pieces = [[anchor, `def next_month(month):\n    ${body}\n\n\n${anchor}`]] as const;
    return patchOf(tallybook.selection, {
      'tallybook/dates.py': await textWith(snapshot, 'tallybook/dates.py', pieces),
    });
  };
  const patches = [await withBody('return month % 12 + 1'), await withBody('return month + 1')];
  const candidates = patches.map((patch, index) => candidate(`${index}`, patch));
  const matrix = await gatherMatrix(tallybook.selection, candidates, [written], { runner, hasRegressions: false });
  expect(matrix.baselines).toMatchObject([{ status: 'kept', failBefore: 2 }]);
  expect(matrix.candidates).toMatchObject([{ counts: [{ failToPass: 2 }] }, { counts: [{ failToPass: 1 }] }]);
});

test('a file that does not parse, or is named like what runs before tests, is no test', async () => {
  expect(await read('import unittest\nclass A(unittest.TestCase):\n    def test_a(self:\n')).toMatchObject({
    status: 'refused',
  });
  for (const path of [
    'conftest.py',
    'tests/conftest.py',
    'tests/__init__.py',
    'sitecustomize.py',
    'unittest.py',
    '../test_x.py',
    '.git/test_x.py',
  ])
    expect(await read(ABSENT, path), path).toMatchObject({ status: 'refused' });
});

test('ids are read as the frameworks form them, those of parametrised tests left out', () => {
  const source = `import pytest
class TestA:
    def test_a(self): pass
    def helper(self): pass
def test_b(): pass
@pytest.mark.parametrize("n", [1])
def test_c(n): pass
`;
  const paths = new Set(['lib/tests/__init__.py', 'lib/__init__.py', 'lib/tests/test_x.py']);
  const path = 'lib/tests/test_x.py';
  expect(expectedTestIds({ name: 'pytest' }, path, source, paths)).toEqual([
    'lib/tests/test_x.py::TestA::test_a',
    'lib/tests/test_x.py::test_b',
  ]);
  expect(expectedTestIds({ name: 'unittest' }, path, source, paths)).toEqual(['lib.tests.test_x.TestA.test_a']);
  expect(expectedTestIds({ name: 'unittest' }, path, source, new Set())).toEqual(['test_x.TestA.test_a']);
  expect(expectedTestIds({ name: 'pytest' }, path, 'x = (', paths)).toBeUndefined();
});

test('a file that was loaded has not failed to load', () => {
  const report = (...ids: string[]) => new Map(ids.map((id) => [id, 'failed'] as const));
  expect(isLoadFailure(report(`import of ${PATH}`), PATH)).toBe(true);
  expect(isLoadFailure(report(PATH), PATH)).toBe(true);
  expect(isLoadFailure(report(PATH, `${PATH}::test_a`), PATH)).toBe(false);
  expect(isLoadFailure(report(), PATH)).toBe(false);
});
