import { expect, test } from 'vitest';
import { openWorkbench, SMALL_LIBRARY } from '../../test-support/small-library.js';
import { type DiscoverOptions, discoverTests, type TestDiscovery } from './discover-tests.js';

const TEN_TESTS = Array.from({ length: 10 }, (_, index) => `def test_${index}():\n    assert True\n\n`).join('');

async function discover(
  files: Readonly<Record<string, string | undefined>>,
  options: Partial<DiscoverOptions> = {},
): Promise<TestDiscovery> {
  const bench = await openWorkbench(files);
  try {
    const limits = { minPassingTests: 10, maxSuiteMs: 45_000, timeoutMs: 60_000 };
    return await discoverTests(bench.environment.original, { runner: bench.runner, ...limits, ...options });
  } finally {
    await bench.close();
  }
}

test('selects tests that all pass: no failing, skipped, random or broken ones', async () => {
  const discovery = await discover({
    ...SMALL_LIBRARY,
    'tests/test_odd.py': `import os, unittest

class Odd(unittest.TestCase):
    def test_good(self):
        pass

    def test_fails(self):
        self.fail()

    @unittest.skip("not now")
    def test_skipped(self):
        self.fail()

    def test_hangs_on_the_hash_seed(self):
        self.assertEqual(os.environ["PYTHONHASHSEED"], "0")
`,
    'tests/test_broken.py':
      'import unittest, absent_module\nclass Broken(unittest.TestCase):\n    def test_a(self): pass\n',
  });
  if (discovery.status === 'not-found') throw new Error(discovery.reason);
  const { framework, report, testFiles } = discovery.tests;
  expect(framework.name).toBe('unittest');
  expect(new Set(report.values())).toEqual(new Set(['passed']));
  expect([...report.keys()].filter((id) => id.includes('Odd'))).toEqual(['tests.test_odd.Odd.test_good']);
  expect(report.size).toBe(13);
  expect(testFiles).toEqual(['tests/test_odd.py', 'tests/test_shop.py']);
});

test('uses pytest where tests are plain functions, without options that do not work here', async () => {
  const discovery = await discover({
    'pytest.ini': '[pytest]\naddopts = --option-of-an-absent-plugin\n',
    'sub/test_plain.py': TEN_TESTS,
  });
  if (discovery.status === 'not-found') throw new Error(discovery.reason);
  expect(discovery.tests.framework.name).toBe('pytest');
  expect(discovery.tests.report.get('sub/test_plain.py::test_3')).toBe('passed');
});

test('narrows a suite that is too slow to some of its files, chosen alike each time', async () => {
  const slow = (index: number) => `import time\ntime.sleep(1)\n${TEN_TESTS.replaceAll('test_', `test_${index}_`)}`;
  const files = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`test_slow_${index}.py`, slow(index)]));
  const narrowed = async () => {
    const discovery = await discover(files, { maxSuiteMs: 5_000 });
    return discovery.status === 'found' ? [...discovery.tests.testFiles] : [];
  };
  const [one, other] = [await narrowed(), await narrowed()];
  expect(one.length).toBeGreaterThan(0);
  expect(one.length).toBeLessThan(6);
  // How many files fit depends on the machine, which ones come first does not.
  const [fewer, more] = one.length < other.length ? [one, other] : [other, one];
  expect(more).toEqual(expect.arrayContaining(fewer));
});

test('says how many tests passed where they are too few, and that a suite does not end', async () => {
  expect(await discover(SMALL_LIBRARY, { minPassingTests: 13 })).toMatchObject({
    status: 'not-found',
    reason: expect.stringMatching(/unittest: 12 of 12 tests passed where 13 must/),
  });
  const hanging = { 'test_hang.py': 'import time\ntime.sleep(600)\ndef test_a(): pass\n' };
  expect(await discover(hanging, { timeoutMs: 2_000 })).toMatchObject({
    status: 'not-found',
    reason: expect.stringMatching(/did not end in time/),
  });
});
