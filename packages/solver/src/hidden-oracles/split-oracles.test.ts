import { applyPatch, printPatch } from '@swe-selfplay/artifact';
import { removeFunctions } from '@swe-selfplay/python';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SplitProject, seenText, splitTask, textsOf } from '../../test-support/split-project.js';
import { createHigherOrderTask } from '../higher-order-task.js';
import type { SolverTask } from '../solver-task.js';

const HALF = { share: 0.5, seed: 1 };
const FILE = 'tests/test_add.py';

const idOf = (name: string) => `${FILE}::${name}`;

/** A test file with these functions; the weak ones lose what they look at. */
function functions(names: readonly string[], weak: readonly string[] = []): string {
  const bodies = names.map(
    (name) => `def ${name}():\n    ${weak.includes(name) ? 'pass' : `assert "${name} value"`}\n`,
  );
  return ['from code import add\n', ...bodies].join('\n\n');
}

function plainProject(names: readonly string[], failing = names): SplitProject {
  return {
    full: { [FILE]: functions(names) },
    weak: { [FILE]: functions(names, failing) },
    failToPass: failing.map(idOf),
  };
}

async function specifiedTexts({ view }: SolverTask): Promise<Map<string, string>> {
  const application = await applyPatch(view.snapshot, view.specification);
  if (application.status !== 'applied') throw new Error(application.reason);
  return textsOf(application.snapshot);
}

function partsOf({ hidden }: SolverTask): { shown: readonly string[]; kept: readonly string[] } {
  if (hidden?.status !== 'split') throw new Error(`Expected a split, got ${JSON.stringify(hidden)}.`);
  return { shown: hidden.public, kept: hidden.private };
}

async function reasonOf(project: SplitProject, request = HALF): Promise<string> {
  const { hidden, grading } = await splitTask(project, request);
  expect(grading.hiddenIds).toBeUndefined();
  return hidden?.status === 'not-split' ? hidden.reason : `Expected no split, got ${JSON.stringify(hidden)}.`;
}

const FOUR = ['test_alpha', 'test_beta', 'test_gamma', 'test_delta'];

test('without the option a task is what it always was', async () => {
  const [plain, none] = [
    await splitTask(plainProject(FOUR)),
    await splitTask(plainProject(FOUR), { share: 0, seed: 1 }),
  ];
  expect([plain.hidden, plain.grading.hiddenIds]).toEqual([undefined, undefined]);
  expect(none.hidden).toMatchObject({ status: 'not-split' });
  expect(none.id).toBe(plain.id);
  expect(Buffer.from(none.view.specificationText)).toEqual(Buffer.from(plain.view.specificationText));
});

test('a solver sees the public tests in full and nothing of the private ones', async () => {
  const task = await splitTask(plainProject(FOUR), HALF);
  const { shown, kept } = partsOf(task);
  expect([shown.length, kept.length]).toEqual([2, 2]);
  expect([...shown, ...kept].sort()).toEqual(FOUR.map(idOf).sort());
  expect(task.grading).toMatchObject({ failToPass: FOUR.map(idOf), hiddenIds: kept });
  const seen = await seenText(task.view);
  for (const name of FOUR) expect(seen.includes(name), name).toBe(shown.includes(idOf(name)));
  for (const id of shown) expect(seen).toContain(`${id.split('::')[1]} value`);
});

test('the seed decides which tests are private, and tasks of different parts have different ids', async () => {
  const splits = await Promise.all(
    [1, 1, 2, 3, 4, 5, 6].map(async (seed) => splitTask(plainProject(FOUR), { share: 0.5, seed })),
  );
  const [first, again] = splits;
  expect(again!.id).toBe(first!.id);
  expect(partsOf(again!)).toEqual(partsOf(first!));
  const kinds = new Map(splits.map((task) => [partsOf(task).kept.join(), task.id]));
  expect(kinds.size).toBeGreaterThan(1);
  expect(new Set(kinds.values()).size).toBe(kinds.size);
});

test.each([
  [0.01, 1],
  [0.25, 1],
  [0.5, 2],
  [0.75, 3],
  [1, 3],
])('of four tests a share of %d makes %d private', async (share, count) => {
  expect(partsOf(await splitTask(plainProject(FOUR), { share, seed: 3 })).kept).toHaveLength(count);
});

test.each([-0.1, 1.1, Number.NaN])('a share of %d is refused', async (share) => {
  await expect(splitTask(plainProject(FOUR), { share, seed: 1 })).rejects.toMatchObject({ code: 'invalid-options' });
});

test('ids of one function stay together, those that pass with the bug as well', async () => {
  const ids = (name: string) => [1, 2, 3].map((number) => `${idOf(name)}[${number}]`);
  const project = plainProject(['test_alpha', 'test_beta']);
  const [failToPass, passToPass] = [
    ['test_alpha', 'test_beta'].flatMap((name) => ids(name).slice(1)),
    ['test_alpha', 'test_beta'].map((name) => ids(name)[0]!),
  ];
  const task = await splitTask({ ...project, failToPass, passToPass }, HALF);
  const name = partsOf(task).kept[0]!.includes('alpha') ? 'test_alpha' : 'test_beta';
  expect(partsOf(task).kept).toEqual(ids(name).slice(1));
  expect([...task.grading.hiddenIds!].sort()).toEqual(ids(name));
});

const CHANGED_CODE = `diff --git a/code.py b/code.py
--- a/code.py
+++ b/code.py
@@ -2 +2 @@
-    return a - b
+    return b - a
`;

test('a task made of a failed attempt keeps the same tests private', async () => {
  const task = await splitTask(plainProject(FOUR), HALF);
  const made = await createHigherOrderTask(task, Buffer.from(CHANGED_CODE), { sourceAttempt: 'attempt' });
  if (made.status !== 'created') throw new Error(made.reason);
  expect(made.task.hidden).toEqual(task.hidden);
  expect(made.task.grading.hiddenIds).toEqual(task.grading.hiddenIds);
  const seen = await seenText(made.task.view);
  for (const id of partsOf(task).kept) expect(seen).not.toContain(id.split('::')[1]);
  expect(Buffer.from(printPatch(made.task.view.specification))).toEqual(Buffer.from(task.view.specificationText));
});

test('an attempt that guesses a file that was taken out does not bring it into the next task', async () => {
  const project: SplitProject = {
    full: { 'a.test.js': 'test("a", 1)\n', 'b.test.js': 'test("b", 2)\n' },
    weak: { 'a.test.js': 'test("a")\n', 'b.test.js': 'test("b")\n' },
    failToPass: ['a.test.js: a', 'b.test.js: b'],
  };
  const task = await splitTask(project, HALF);
  const path = partsOf(task).kept[0]!.slice(0, 9);
  const guess = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+guess\n`;
  const made = await createHigherOrderTask(task, Buffer.from(guess + CHANGED_CODE), { sourceAttempt: 'attempt' });
  if (made.status !== 'created') throw new Error(made.reason);
  expect(made.task.view.snapshot.base.entries.has(path)).toBe(false);
});

describe('tests that cannot be kept apart are shown', () => {
  const SHARED = `from code import add


def check(a, b):
    assert add(a, b) == a + b


`;
  const withHelper = (text: string, weak: readonly string[] = []) =>
    SHARED.replace(
      '    assert add(a, b) == a + b\n',
      weak.includes('check') ? '    add(a, b)\n' : '    assert add(a, b) == a + b\n',
    ) + text;
  const USERS = 'def test_alpha():\n    check(1, 2)\n\n\ndef test_beta():\n    check(2, 3)\n';
  const PLAIN = '\n\ndef test_gamma():\n    assert add(1, 1) == 2\n';
  const WEAK_PLAIN = '\n\ndef test_gamma():\n    pass\n';

  test('those that share a weakened helper', async () => {
    const weakUsers = USERS.replace('check(1, 2)', 'pass').replace('check(2, 3)', 'pass');
    const project: SplitProject = {
      full: { [FILE]: withHelper(USERS + PLAIN) },
      weak: { [FILE]: withHelper(weakUsers + WEAK_PLAIN, ['check']) },
      failToPass: ['test_alpha', 'test_beta', 'test_gamma'].map(idOf),
    };
    for (const seed of [1, 2, 3])
      expect(partsOf(await splitTask(project, { share: 0.9, seed })).kept).toEqual([idOf('test_gamma')]);
    const without = { full: { [FILE]: withHelper(USERS) }, weak: { [FILE]: withHelper(weakUsers, ['check']) } };
    expect(await reasonOf({ ...without, failToPass: ['test_alpha', 'test_beta'].map(idOf) })).toBe(
      'No failing test can be kept apart: 2 need other code that is weakened.',
    );
  });

  test.each([
    [
      'a fixture of their class',
      'class TestAll:\n    def setup_method(self):\n        self.two = 2\n\n',
      'self.two = 2',
      'self.two = 0',
    ],
    ['a constant in a decorator', 'CASES = [1, 2]\n\n\n@parametrize("case", CASES)\nclass TestAll:\n', '[1, 2]', '[]'],
    ['a base class', 'class Base:\n    limit = 3\n\n\nclass TestAll(Base):\n', 'limit = 3', 'limit = 0'],
  ])('those that share %s', async (_, head, from, to) => {
    const methods = '    def test_one(self):\n        assert 1\n\n    def test_two(self):\n        assert 2\n';
    const weakMethods = methods.replace('assert 1', 'pass').replace('assert 2', 'pass');
    const failToPass = ['TestAll::test_one', 'TestAll::test_two'].map(idOf);
    const apart = { full: { [FILE]: head + methods }, weak: { [FILE]: head + weakMethods }, failToPass };
    expect(partsOf(await splitTask(apart, HALF)).kept).toHaveLength(1);
    const shared = { ...apart, weak: { [FILE]: head.replace(from, to) + weakMethods } };
    expect(await reasonOf(shared)).toMatch(/2 need other code that is weakened/);
  });

  test('those that other code names', async () => {
    const call = '\n\ndef run_all():\n    test_alpha()\n    test_beta()\n';
    const { full, weak, failToPass } = plainProject(['test_alpha', 'test_beta']);
    const project = { full: { [FILE]: full[FILE]! + call }, weak: { [FILE]: weak[FILE]! + call }, failToPass };
    expect(await reasonOf(project)).toMatch(/2 are named by other code/);
  });

  test.each([
    [
      'what serves every test',
      'conftest.py',
      'import pytest\n\n\ndef prepared():\n    return 1\n',
      /serves every test/,
    ],
    ['a file that no id names', 'tests/cases.json', '[1]\n', /tests\/cases.json is weakened, and no id/],
    ['a statement of no name', 'tests/support.py', 'if 1:\n    x = 1\n', /tests\/support.py is weakened, and no id/],
  ])('all, where %s is weakened too', async (_, path, text, reason) => {
    const { full, weak, failToPass } = plainProject(FOUR);
    const project = { full: { ...full, [path]: text }, weak: { ...weak, [path]: text.replace('1', '2') }, failToPass };
    expect(await reasonOf(project)).toMatch(reason);
  });

  test.each([
    ['are not located', { failToPass: ['adds numbers', 'adds more'] }],
    ['are not weakened', { weak: { [FILE]: functions(FOUR, ['test_gamma']) }, failToPass: FOUR.slice(0, 2).map(idOf) }],
    ['may go by another id', { failToPass: [...FOUR.slice(0, 1).map(idOf), 'and test_alpha more'] }],
    ['are not in a listed test file', { testFiles: ['tests/other.py'] }],
  ])('those that %s', async (reason, change: Partial<SplitProject>) => {
    expect(await reasonOf({ ...plainProject(FOUR), ...change })).toContain(reason);
  });

  test('the only one, and all of one function', async () => {
    expect(await reasonOf(plainProject(FOUR, ['test_beta']))).toMatch(/2 failing tests or more/);
    const failToPass = ['a', 'b', 'c'].map((name) => `${idOf('test_beta')}[${name}]`);
    expect(await reasonOf({ ...plainProject(FOUR, ['test_beta']), failToPass })).toMatch(/belong together: test_beta/);
  });
});

test.each([
  ['another language', 'js', 'test("alpha", () => add(1, 2))\n'],
  ['Python that does not parse', 'py', 'print "alpha"\nassert add(1, 2) == 3 )\n'],
  ['tests made by statements', 'py', 'for n in range(3):\n    make_test(n, "alpha")\n'],
])('files of %s are split whole where ids name them', async (_, ending, text) => {
  const paths = [`tests/first_test.${ending}`, `tests/second_test.${ending}`];
  const failToPass = paths.flatMap((path) => [`${path} > adds`, `${path} > adds more`]);
  const full = Object.fromEntries(paths.map((path) => [path, text.replace('alpha', path)]));
  const weak = Object.fromEntries(paths.map((path) => [path, text.replace('alpha', '')]));
  const task = await splitTask({ full, weak, failToPass }, HALF);
  const [shown, kept] = [partsOf(task).shown[0]!.split(' ')[0]!, partsOf(task).kept[0]!.split(' ')[0]!];
  expect(partsOf(task)).toEqual({
    shown: failToPass.filter((id) => id.startsWith(shown)),
    kept: failToPass.filter((id) => id.startsWith(kept)),
  });
  const specified = await specifiedTexts(task);
  expect(specified.get(shown)).toBe(full[shown]);
  expect(specified.has(kept)).toBe(false);
  expect(await seenText(task.view)).not.toContain(kept);
  expect(await reasonOf({ full, weak, failToPass: [...failToPass, 'adds nothing'] })).toMatch(/without one may be in/);
});

test('whatever is weakened how, the specification applies, restores the public tests and nothing else', async () => {
  const how = fc.constantFrom('emptied', 'deleted', 'kept');
  const weakening = fc.array(fc.tuple(how, fc.boolean()), { minLength: 2, maxLength: 7 });
  let splits = 0;
  await fc.assert(
    fc.asyncProperty(weakening, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(50), async (tests, share, seed) => {
      const text = (isFull: boolean) => {
        const part = (isMethod: boolean) =>
          tests.map(([change, inClass], index) => {
            if (inClass !== isMethod || (!isFull && change === 'deleted')) return '';
            const depth = isMethod ? '    ' : '';
            const body = isFull || change === 'kept' ? `assert marker_${index}_` : 'pass';
            return `\n${depth}# On ${index}.\n${depth}def test_${index}_(${isMethod ? 'self' : ''}):\n${depth}    ${body}\n`;
          });
        return `import code\n${part(false).join('')}\nclass TestAll:\n    def other(self): pass\n${part(true).join('')}`;
      };
      const failing = tests.flatMap(([change], index) => (change === 'kept' ? [] : [index]));
      const name = (index: number) => `${tests[index]![1] ? 'TestAll::' : ''}test_${index}_`;
      const project = {
        full: { [FILE]: text(true) },
        weak: { [FILE]: text(false) },
        failToPass: failing.map((index) => idOf(name(index))),
      };
      if (text(true) === text(false)) return;
      const task = await splitTask(project, { share, seed });
      const { hidden } = task;
      expect(hidden?.status).toBe(share > 0 && failing.length > 1 ? 'split' : 'not-split');
      const kept = hidden?.status === 'split' ? hidden.private : [];
      splits += kept.length > 0 ? 1 : 0;
      const names = new Set(kept.map((id) => id.slice(FILE.length + 2).replace('::', '.')));
      expect((await specifiedTexts(task)).get(FILE)).toBe(removeFunctions(text(true), names));
      const seen = await seenText(task.view);
      for (const index of failing) expect(seen.includes(`marker_${index}_`)).toBe(!kept.includes(idOf(name(index))));
      for (const id of kept) expect(seen).not.toContain(id.split('::').at(-1));
      expect(kept.length).toBeLessThan(failing.length || 1);
    }),
    { numRuns: 60 },
  );
  expect(splits).toBeGreaterThan(20);
});
