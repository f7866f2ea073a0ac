import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askPython } from '../../test-support/ask-python.js';
import { splitPythonLines } from './split-python-lines.js';

test.each([
  ['', []],
  ['\n', ['']],
  ['a\n\nb', ['a', '', 'b']],
  ['a\r\nb\rc', ['a', 'b', 'c']],
  ['a\vb\fc\x1cd\x1de\x1ef\x85g\u2028h\u2029i', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']],
  ['a\x1fb\u200bc\0d', ['a\x1fb\u200bc\0d']],
])('cuts %j', (text, expected) => {
  expect(splitPythonLines(text)).toEqual(expected);
});

test('cuts every text where Python cuts it, at every character of the first plane', () => {
  const hostile = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '\v', '\x1c', '\x85', '\u2028', '\u2029', '😀') });
  const texts = fc.sample(hostile, { numRuns: 300, seed: 19 });
  const everything = Array.from({ length: 0x10000 }, (_, code) => `${String.fromCharCode(code)}x`).join('');
  const questions = [everything, ...texts];
  const answers = askPython<string, string[]>('answers = [text.splitlines() for text in questions]', questions);
  expect(questions.map(splitPythonLines)).toEqual(answers);
});
