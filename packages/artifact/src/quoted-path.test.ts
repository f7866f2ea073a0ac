import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nameOfPath, pathOfName, quoteName, readQuotedName } from './quoted-path.js';

test.each([
  ['plain.txt', 'plain.txt'],
  ['two words', 'two words'],
  ['tab\tq"b\\', '"tab\\tq\\"b\\\\"'],
  ['ü', '"\\303\\274"'],
  ['\x07\b\v\f\r\n\x01\x7f', '"\\a\\b\\v\\f\\r\\n\\001\\177"'],
])('writes %j as git does', (path, printed) => {
  expect(quoteName(nameOfPath(path))).toBe(printed);
});

test('reads back whatever it quotes, and the length of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (path) => {
      const name = nameOfPath(path);
      const printed = quoteName(name);
      if (printed !== name) expect(readQuotedName(`${printed} rest`)).toEqual({ name, length: printed.length });
      expect(pathOfName(name)).toBe(path);
    }),
  );
});

test.each(['"open', '"ends\\', '"\\q"', '"\\400"', '"\\12"', 'plain', ''])('does not read %j', (text) => {
  expect(readQuotedName(text)).toBeUndefined();
});

test('bytes that are not UTF-8 name no path', () => {
  expect(pathOfName('\xff')).toBeUndefined();
  expect(pathOfName('\xed\xa0\x80')).toBeUndefined();
});
