import { expect, test } from 'vitest';
import { countTestVotes, normaliseTest } from './normalise-test.js';

const TEST = 'from shop import half\n\ndef test_half():\n    assert half(4) == 2\n\ntest_half()\n';

test('tests that differ in their name, comments and layout are equal', () => {
  const other = `# A test.\n${TEST.replaceAll('test_half', 'test_of_the_issue').replace(' == ', '==')}\n\n`;
  expect(normaliseTest(other)).toBe(normaliseTest(TEST));
  expect(normaliseTest(TEST)).toContain('def test_issue ( ) :');
});

test('what they check keeps them apart', () => {
  expect(normaliseTest(TEST.replace('== 2', '== 3'))).not.toBe(normaliseTest(TEST));
  expect(normaliseTest(TEST.replace('half(4)', 'half("test_half")'))).not.toBe(normaliseTest(TEST));
});

test('several tests keep their order, and a name that is taken is not given again', () => {
  const two = 'def test_b(): assert a\ndef test_a(): assert b\n';
  expect(normaliseTest(two)).toMatch(/^def test_issue .*\n.*\ndef test_issue_2 /);
  expect(normaliseTest(two.replaceAll('test_b', 'test_x'))).toBe(normaliseTest(two));
  expect(normaliseTest('from a import test_issue\ndef test_b(): test_issue()\n')).toContain('def test_b');
});

test('what does not parse is compared as it is', () => {
  expect(normaliseTest('def test_a(:\n')).toBe('def test_a(:');
});

test('most votes come first, then what was written first', () => {
  expect(countTestVotes(['a', 'b', 'b', 'c', 'c'])).toEqual([
    { key: 'b', votes: 2, first: 1 },
    { key: 'c', votes: 2, first: 3 },
    { key: 'a', votes: 1, first: 0 },
  ]);
  expect(countTestVotes([])).toEqual([]);
});
