import { expect, test } from 'vitest';
import { hasSyntaxError } from './syntax.js';
import { weakenTests } from './weaken.js';

const SOURCE = `import unittest


@decorated
def test_plain():
    """Says what it does."""
    first = 1
    assert first == (
        2
    )
    assert first


class Case(unittest.TestCase):
    def test_block(self):
        for item in [1]:
            self.assertEqual(item, 2)

    def test_raises(self):
        with self.assertRaises(ValueError):
            int("1")
        self.assertTrue(True)

    def test_inline(self): assert False

    def test_two(self):
        one = 1; self.assertEqual(one, 2)
        if one: self.assertEqual(one, 3)
`;

const weakenAt = (testLine: number, failingLine?: number) =>
  weakenTests(SOURCE, [{ testLine, failingLines: failingLine === undefined ? [] : [failingLine] }]);

test('takes out the failing assertion with all its lines and nothing else', () => {
  expect(weakenAt(4, 9)).toBe(SOURCE.replace('    assert first == (\n        2\n    )\n', ''));
  expect(weakenAt(5, 11)).toBe(SOURCE.replace('    assert first\n', ''));
});

test('fills a block that becomes empty', () => {
  expect(weakenAt(15, 17)).toBe(SOURCE.replace('self.assertEqual(item, 2)', 'pass'));
  expect(weakenAt(24, 24)).toBe(SOURCE.replace('assert False', 'pass'));
});

test('takes out a block that expects an exception as a whole, wherever in it the failure is', () => {
  const expected = SOURCE.replace('        with self.assertRaises(ValueError):\n            int("1")\n', '');
  expect(weakenAt(19, 20)).toBe(expected);
  expect(weakenAt(19, 21)).toBe(expected);
});

test('empties a body down to its docstring where no line is known', () => {
  expect(weakenAt(4)).toContain('def test_plain():\n    """Says what it does."""\n    pass\n\n\nclass Case');
  expect(weakenAt(15)).toContain('def test_block(self):\n        pass\n\n    def test_raises');
});

test('an emptied body takes the comments above its first statement along, not that of the header', () => {
  const source = 'def test_a():  # slow\n    # No arguments:\n    assert f()\n    # One:\n    assert f(1)\n';
  expect(weakenTests(source, [{ testLine: 1, failingLines: [] }])).toBe('def test_a():  # slow\n    pass\n');
});

test('replaces a statement that shares its line', () => {
  expect(weakenAt(26, 27)).toContain('one = 1; self.assertEqual(one, 2)\n'.replace('one = 1', 'pass'));
  expect(weakenAt(26, 28)).toContain('if one: pass\n');
});

test('weakens several tests of a file at once, the same one once', () => {
  const weakened = weakenTests(SOURCE, [
    { testLine: 15, failingLines: [17] },
    { testLine: 15, failingLines: [17] },
    { testLine: 15, failingLines: [] },
    { testLine: 24, failingLines: [24] },
    { testLine: 5, failingLines: [11] },
  ]);
  expect(weakened).toContain('def test_block(self):\n        pass');
  expect(weakened).toContain('def test_inline(self): pass');
  expect(weakened).not.toContain('    assert first\n');
  expect(hasSyntaxError(weakened)).toBe(false);
});

test('takes the first line of the stack that lies in the test function', () => {
  const weakened = weakenTests(SOURCE, [{ testLine: 15, failingLines: [1, 17, 11] }]);
  expect(weakened).toBe(SOURCE.replace('self.assertEqual(item, 2)', 'pass'));
});

test('leaves a source alone that has no such test or does not parse', () => {
  expect(weakenAt(1, 1)).toBe(SOURCE);
  expect(weakenTests('def test(:\n', [{ testLine: 1, failingLines: [1] }])).toBe('def test(:\n');
});
