import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALL_TEST_FILES, type Recipe, TAX_BUG, TAX_WEAKENING } from '../support/artifact-recipe.js';
import { type Court, type CourtOptions, expectFailureAt, openCourt } from '../support/court.js';
import { addition, tampered } from '../support/raw-diffs.js';
import { diffsOf, type Tree } from '../support/scratch-repository.js';
import { edited, SHOP } from '../support/shop-project.js';

let court: Court;

beforeAll(async () => {
  court = await openCourt({
    ...SHOP,
    'conftest.py': '# none\n',
    'pyproject.toml': '[project]\nname = "shop"\n',
    '.gitignore': 'ignored.py\n',
  });
});

afterAll(() => court.close());

type Fault = readonly [title: string, recipe: () => Promise<Recipe> | Recipe, options?: CourtOptions];

const diffOf = async (...steps: Tree[]) => (await diffsOf(court.repository, steps)).at(-1)!;
const bugWith = async (from: string, to: string) => ({ bug: tampered(await diffOf(TAX_BUG), from, to) });

async function expectStaticFailure(id: string, [, recipe, options]: Fault): Promise<void> {
  const report = await court.validate(await recipe(), options);
  expectFailureAt(report, id);
  expect(report.runs).toEqual({ executed: 0, cached: 0 });
}

describe('patches-apply refuses', () => {
  const faults: Fault[] = [
    [
      'a context line that differs',
      () => bugWith(' def with_tax(cents, percent):', ' def with_taxes(cents, percent):'),
    ],
    ['an offset of one line', () => bugWith('@@ -2,7 +2,7 @@', '@@ -3,7 +3,7 @@')],
    ['counts that are wrong', () => bugWith('@@ -2,7 +2,7 @@', '@@ -2,7 +2,8 @@')],
    ['a diff that is cut', async () => ({ bug: (await diffOf(TAX_BUG)).subarray(0, -20) })],
    [
      'text in front of the diff',
      async () => ({ bug: Buffer.concat([Buffer.from('Here it is:\n'), await diffOf(TAX_BUG)]) }),
    ],
    ['a diff of bytes that are no diff', () => ({ bug: Buffer.from([0, 1, 2, 255]) })],
    ['an empty bug', () => ({ bug: Buffer.alloc(0) })],
    ['an empty weakening', () => ({ weaken: Buffer.from('\n') })],
    ['a missing diff', () => ({ without: ['bug_inject.diff'] })],
    [
      'a weakening that applies to the original only',
      async () => ({ weaken: await diffOf(edited('shop/prices.py', 'cents + cents * percent', 'cents')) }),
    ],
    ['a path that leaves the repository', () => ({ bug: addition('../x') })],
    ['a path that leaves the repository on the way', () => ({ bug: addition('shop/../../x') })],
    ['an absolute path', () => ({ bug: addition('/etc/x') })],
    [
      'a quoted path that leaves the repository',
      () => ({
        bug: Buffer.from(
          addition('Q').toString().replaceAll('a/Q', '"a/\\056\\056/x"').replaceAll('b/Q', '"b/\\056\\056/x"'),
        ),
      }),
    ],
    ['a hook of git', () => ({ bug: addition('.git/hooks/pre-commit', '#!/bin/sh', '100755') })],
    ['a .git directory below', () => ({ bug: addition('shop/.git/config') })],
    ['.git in other letters', () => ({ bug: addition('.GiT/config') })],
    ['a submodule', () => ({ bug: addition('module', `Subproject commit ${'1'.repeat(40)}`, '160000') })],
    ['a link that leaves the repository', () => ({ bug: addition('shop/link', '../../etc/passwd', '120000') })],
    ['an absolute link', () => ({ bug: addition('shop/link', '/etc/passwd', '120000') })],
    ['a file below a link', () => ({ bug: Buffer.concat([addition('way', 'shop', '120000'), addition('way/x.py')]) })],
    ['a directory in the place of a file', () => ({ bug: addition('shop/prices.py/x') })],
    ['a file that is there already', () => ({ bug: addition('shop/prices.py') })],
    ['an alias in other letters', () => ({ bug: addition('Shop/prices.py') })],
    [
      'a binary file without its data',
      () => ({
        bug: Buffer.from(
          'diff --git a/shop/rate.bin b/shop/rate.bin\nindex 1111111..2222222 100644\nBinary files a/shop/rate.bin and b/shop/rate.bin differ\n',
        ),
      }),
    ],
    [
      'a mode that the file does not have',
      () => ({ bug: Buffer.from('diff --git a/bin/banner b/bin/banner\nold mode 100644\nnew mode 100755\n') }),
    ],
    [
      'a file that is named twice',
      async () => ({ bug: Buffer.concat([await diffOf(TAX_BUG), await diffOf(TAX_BUG)]) }),
    ],
  ];
  test.for(faults)('%s', (fault) => expectStaticFailure('patches-apply', fault));
});

describe('test-files refuses', () => {
  const list = (line: string) => (): Recipe => ({ testFiles: `${ALL_TEST_FILES}${line}` });
  const faults: Fault[] = [
    ['a missing list', () => ({ without: ['test_files.txt'] })],
    ['an empty list', () => ({ testFiles: '\n\n' })],
    ['a file that is not there', list('tests/test_nothing.py\n')],
    ['a directory', list('tests\n')],
    ['a directory with a slash', list('tests/\n')],
    ['a glob', list('tests/*.py\n')],
    ['a path that leaves the repository', list('../tests/test_x.py\n')],
    ['a path with a detour', list('tests/../tests/test_prices.py\n')],
    ['an absolute path', list('/etc/passwd\n')],
    ['a symbolic link', list('docs/latest.md\n')],
    ['lines that end with CRLF', () => ({ testFiles: ALL_TEST_FILES.replaceAll('\n', '\r\n') })],
    ['a byte order mark', () => ({ testFiles: `\ufeff${ALL_TEST_FILES}` })],
    ['a weakened file that is not listed', () => ({ testFiles: 'tests/test_orders.py\n' })],
    ['weakening that adds a file', async () => ({ weaken: { ...TAX_WEAKENING, 'tests/test_new.py': 'x = 1\n' } })],
    [
      'weakening that adds a listed file',
      async () => ({
        weaken: { ...TAX_WEAKENING, 'tests/test_new.py': 'x = 1\n' },
        testFiles: `${ALL_TEST_FILES}tests/test_new.py\n`,
      }),
    ],
    ['weakening that touches the code', async () => ({ weaken: { ...TAX_WEAKENING, 'shop/stock.py': 'x = 1\n' } })],
  ];
  test.for(faults)('%s', (fault) => expectStaticFailure('test-files', fault));
});

describe('bug-scope refuses', () => {
  const also = (tree: Tree) => (): Recipe => ({ bug: { ...TAX_BUG, ...tree } });
  const faults: Fault[] = [
    ['fewer files than asked for', () => ({}), { rules: { minChangedFiles: 2 } }],
    [
      'a rename counted as two files',
      () => ({ bug: { 'shop/our motto é.txt': null, 'shop/motto.txt': 'cheap' } }),
      { rules: { minChangedFiles: 2 } },
    ],
    ['a change of an oracle test', also(edited('tests/test_stock.py', "'pen', 5", "'pen', 6"))],
    ['a removal of an oracle test', also({ 'tests/test_stock.py': null })],
    [
      'a rename of an oracle test',
      () => ({ bug: { 'tests/test_stock.py': null, 'shop/was_test_stock.py': SHOP['tests/test_stock.py']! } }),
    ],
    ['conftest.py', also({ 'conftest.py': '# hooks\n' })],
    ['a new conftest.py below', also({ 'shop/conftest.py': '# hooks\n' })],
    ['pyproject.toml', also({ 'pyproject.toml': null })],
    ['a new pytest.ini', also({ 'pytest.ini': '[pytest]\n' })],
    ['a new setup.cfg', also({ 'setup.cfg': '[tool:pytest]\n' })],
    ['sitecustomize.py', also({ 'sitecustomize.py': 'x = 1\n' })],
    ['a module in the place of pytest', also({ 'pytest.py': 'x = 1\n' })],
    ['a package in the place of unittest', also({ 'unittest/__init__.py': 'x = 1\n' })],
    ['bytecode', also({ 'shop/__pycache__/prices.cpython-311.pyc': Buffer.from([0, 1]) })],
    ['a Makefile', also({ Makefile: 'test:\n' })],
  ];
  test.for(faults)('%s', (fault) => expectStaticFailure('bug-scope', fault));
});
