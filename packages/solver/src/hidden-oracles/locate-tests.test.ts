import { createSnapshot, memoryBase } from '@swe-selfplay/artifact';
import { expect, test } from 'vitest';
import { locateTests } from './locate-tests.js';
import { readOracleFiles } from './oracle-file.js';

const IO = `def test_plain(): pass
def test_both(): pass
class TestA:
    def test_one(self): pass
    def test_base(self): pass
class TestB(TestA):
    def test_one(self): pass
`;
const OTHER = 'def test_both(): pass\n';
const snapshot = createSnapshot(
  memoryBase({
    'src/tests/test_io.py': IO,
    'src/tests/test_other.py': OTHER,
    'web/math.test.js': 'test("adds", () => {})\n',
  }),
);
const files = await readOracleFiles(snapshot, snapshot, [...snapshot.base.entries.keys()]);

test.each([
  ['src/tests/test_io.py::TestA::test_one', 'TestA.test_one'],
  ['tests/test_io.py::TestB::test_one[a/test_plain.py-1]', 'TestB.test_one'],
  ['test_one (tests.test_io.TestA.test_one)', 'TestA.test_one'],
  ['test_one (tests.test_io.TestB)', 'TestB.test_one'],
  ['src.tests.test_io.TestA.test_one', 'TestA.test_one'],
  ['test_io.TestA.test_one (i=1)', 'TestA.test_one'],
  ["test_one (test_io.TestA.test_one) (value='x')", 'TestA.test_one'],
  ['test_io.py: test_both', 'test_both'],
  ['test_plain', 'test_plain'],
  ['tests/test_io.py::TestB::test_base', 'TestA.test_base'],
])('%s is %s', (id, qualifiedName) => {
  const { functions, files: named } = locateTests(files, [id]);
  expect(functions.get(id)).toEqual({ path: 'src/tests/test_io.py', qualifiedName });
  if (id.includes('io')) expect(named.get(id)).toBe('src/tests/test_io.py');
});

test.each([
  ['test_both', ['src/tests/test_io.py\0test_both', 'src/tests/test_other.py\0test_both']],
  ['tests/test_io.py::test_one', ['src/tests/test_io.py\0TestA.test_one', 'src/tests/test_io.py\0TestB.test_one']],
  ['tests/test_other.py::test_plain', ['src/tests/test_io.py\0test_plain']],
  ['adds numbers', []],
  ['test 3 [', []],
  ['', []],
])('%s is not located, and what it may mean is doubtful', (id, expected) => {
  const { functions, doubtful } = locateTests(files, [id]);
  expect([...functions]).toEqual([]);
  expect([...doubtful].sort()).toEqual(expected);
});

test('a test of another language is located by the file that it names', () => {
  const ids = ['web/math.test.js › adds', 'PASS math.test.js adds', 'my-math.test.js adds', 'math.test.jsx adds'];
  const { functions, files: named } = locateTests(files, ids);
  expect(functions.size).toBe(0);
  expect([...named.keys()]).toEqual(ids.slice(0, 2));
});
