import { expect, test } from 'vitest';
import { newFindings, readFindings } from './lint-findings.js';

const at = (line: number, text = "F821 undefined name 'x'", column = 1) => ({ line, column, text });
const EDIT = { first: 10, last: 12, inserted: 5 };

test('what was there before is not new, wherever the edit moved it', () => {
  expect(newFindings([at(3), at(20)], [at(3), at(22)], EDIT)).toEqual([]);
  expect(newFindings([at(3), at(20)], [at(3), at(20)], EDIT)).toEqual([at(20)]);
  expect(newFindings([at(3)], [at(3), at(4)], EDIT)).toEqual([at(4)]);
  expect(newFindings([at(3)], [at(3, "F821 undefined name 'y'")], EDIT)).toHaveLength(1);
});

test('what is found within the new lines is new, though it was there before', () => {
  expect(newFindings([at(11)], [at(11)], EDIT)).toEqual([at(11)]);
});

test('a file that can be parsed again shows above the edit what it hid', () => {
  const unreadable = at(11, 'E999 SyntaxError: invalid syntax');
  expect(newFindings([unreadable], [at(3), at(12), at(40)], EDIT)).toEqual([at(12), at(40)]);
});

test('a message that names a line is the same though the line moved', () => {
  const open = (line: number, end: number) =>
    at(line, `E999 SyntaxError: unterminated string (detected at line ${end})`);
  expect(newFindings([open(20, 30)], [open(22, 32)], EDIT)).toEqual([]);
});

test('reads what a linter prints and nothing else', () => {
  const output =
    "3:7: F821 undefined name 'x: 4'\r\nwarning: no\n\n-1:2: F821 x\n1:-1: E902 TokenError: EOF\n4:1:F821 x\n";
  expect(readFindings(output)).toEqual([
    { line: 3, column: 7, text: "F821 undefined name 'x: 4'" },
    { line: 1, column: -1, text: 'E902 TokenError: EOF' },
  ]);
});
