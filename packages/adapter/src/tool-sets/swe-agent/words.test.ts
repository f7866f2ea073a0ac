import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLineEdit } from './edit-command.js';
import { splitWords } from './words.js';

test.each([
  ['a b', ['a', 'b']],
  ['  a\t\n b ', ['a', 'b']],
  ['', []],
  ["'a b' c", ['a b', 'c']],
  ['"a \\"b\\" \\$x \\n" c', ['a "b" $x \\n', 'c']],
  ['a\\ b \\\\', ['a b', '\\']],
  ['x\'y z\'"w"', ['xy zw']],
  ["'' b", ['', 'b']],
  ["'it'\\''s'", ["it's"]],
  ['$(x) `y` *', ['$(x)', '`y`', '*']],
])('takes %j apart as a shell does, without expanding it', (text, words) => {
  expect(splitWords(text)).toEqual(words);
});

test('a quote that stays open is an error, and so is nothing else', () => {
  expect(() => splitWords('a "b')).toThrow(/^the quote " is not closed/);
  expect(() => splitWords("it's")).toThrow("the quote ' is not closed");
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
      const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
      expect(splitWords(quoted)).toEqual(words);
    }),
  );
});

test.each([
  ['3:5\na\nb\nend_of_edit', { start_line: 3, end_line: 5, replacement_text: 'a\nb\n' }],
  ['3 5\nend_of_edit\n\n', { start_line: 3, end_line: 5, replacement_text: '' }],
  [' 3 : 5 \n\nend_of_edit', { start_line: 3, end_line: 5, replacement_text: '\n' }],
  ['1:1\nend_of_edit\nend_of_edit', { start_line: 1, end_line: 1, replacement_text: 'end_of_edit\n' }],
  ['1:1\n    x\n  end_of_edit', undefined],
  ['1:1\nx end_of_edit', undefined],
  ['a:1\nend_of_edit', undefined],
  ['1:1', undefined],
  ['1:1 x\nend_of_edit', undefined],
])('reads the edit %j', (text, edit) => {
  if (edit === undefined) expect(() => readLineEdit(text)).toThrow(/START:END/);
  else expect(readLineEdit(text)).toEqual(edit);
});

test('blanks without end are read', () => {
  const blanks = ' '.repeat(200_000);
  expect(() => readLineEdit(`${blanks}1${blanks}x`)).toThrow();
  expect(splitWords(blanks)).toEqual([]);
});
