import { expect, test } from 'vitest';
import { printable, seconds, shorten, table } from './printable.js';

test('texts go left and numbers right, and no line ends with spaces', () => {
  const text = table([
    ['name', 'count', ''],
    ['a', 5, 'x'],
    ['longer', 12, ''],
  ]);
  expect(text).toBe('name    count\na           5  x\nlonger     12');
});

test('control characters and overrides of direction become spaces', () => {
  expect(printable('a\u001b[31mb\r\nc\u202ed')).toBe('a [31mb c d');
});

test('a line is cut to what fits', () => {
  expect(shorten('abcdef', 4)).toBe('abc…');
  expect(shorten('abcd', 4)).toBe('abcd');
  expect(shorten('abcd', 0)).toBe('…');
});

test.each([
  [80, '0.1 s'],
  [9_949, '9.9 s'],
  [75_400, '75 s'],
])('%i ms are %s', (ms, text) => {
  expect(seconds(ms)).toBe(text);
});
