import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf, readLines, showPath } from './file-lines.js';
import { linesToInsert, replaceRange } from './replace-range.js';

function replaced(content: string | Uint8Array, first: number, last: number, text: string): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.from(replaceRange(linesOf(bytes), first, last, linesToInsert(text))).toString('latin1');
}

test('lines are replaced, deleted and appended', () => {
  expect(replaced('a\nb\nc\n', 2, 2, 'B')).toBe('a\nB\nc\n');
  expect(replaced('a\nb\nc\n', 1, 3, 'x\ny\n')).toBe('x\ny\n');
  expect(replaced('a\nb\nc\n', 2, 3, '')).toBe('a\n');
  expect(replaced('a\nb\nc\n', 2, 2, '\n')).toBe('a\n\nc\n');
  expect(replaced('a\n', 2, 2, 'b')).toBe('a\nb\n');
  expect(replaced('', 1, 1, 'a\nb')).toBe('a\nb\n');
});

test('a file without a line end at its end has none afterwards', () => {
  expect(replaced('a\nb', 1, 1, 'A')).toBe('A\nb');
  expect(replaced('a\nb', 2, 2, 'B')).toBe('a\nB');
  expect(replaced('a\nb', 3, 3, 'c\nd')).toBe('a\nb\nc\nd');
  expect(replaced('a\nb', 3, 3, '')).toBe('a\nb');
});

test('new lines end as the lines that they replace', () => {
  expect(replaced('a\r\nb\r\nc\r\n', 2, 2, 'x\ny')).toBe('a\r\nx\r\ny\r\nc\r\n');
  expect(replaced('a\r\nb\r\n', 1, 1, 'x\r\ny\r\n')).toBe('x\r\ny\r\nb\r\n');
  expect(replaced('a\r\nb\n', 2, 2, 'x')).toBe('a\r\nx\n');
  expect(replaced('a\r\nb\r\n', 3, 3, 'c')).toBe('a\r\nb\r\nc\r\n');
});

test('bytes outside of the range stay whatever they are', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => bytes.map((byte) => (byte % 5 === 0 ? 10 : byte))),
      fc.nat({ max: 70 }),
      fc.nat({ max: 70 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      (content, a, b, text) => {
        const file = linesOf(content);
        const first = 1 + (a % (file.total + 1));
        const last = first > file.total ? first : first + (b % (file.total - first + 1));
        const result = Buffer.from(replaceRange(file, first, last, linesToInsert(text)));
        const before = content.subarray(0, file.startOf(first));
        const after = content.subarray(file.startOf(last + 1));
        expect(result.subarray(0, before.length).equals(before)).toBe(true);
        expect(result.subarray(result.length - after.length).equals(after)).toBe(true);
      },
    ),
  );
});

test('putting back what was read changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme-ascii' }), { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      (all, isOpen) => {
        const text = all.join('\n') + (isOpen ? '' : '\n');
        const file = linesOf(Buffer.from(text));
        if (file.total === 0) return;
        const shown = readLines(file, 1, file.total);
        expect(replaced(text, 1, file.total, `${shown.join('\n')}\n`)).toBe(text);
      },
    ),
  );
});

test('what is no text is read without harm', () => {
  const file = linesOf(Buffer.from([0x61, 0, 0xff, 0x1b, 10, 0xe9, 13, 10, ...Buffer.from('é\tz')]));
  expect(file.total).toBe(3);
  expect(readLines(file, 1, 3)).toEqual(['a\ufffd\ufffd\ufffd', '\ufffd', 'é\tz']);
  expect(readLines(linesOf(Buffer.from('x'.repeat(5000))), 1, 1)).toEqual([`${'x'.repeat(4000)}[... 1000 more bytes]`]);
  expect(showPath('a\nb\x1b/é')).toBe('a\\nb\\u001b/é');
});
