import { expect, test } from 'vitest';
import { createSourceStore, linesOf } from './source-file.js';

const bytes = (text: string) => Buffer.from(text);

test('keeps and parses a content once', () => {
  const store = createSourceStore(10_000);
  const file = store.fileOf(bytes('def f(): pass\n'));
  expect(store.fileOf(bytes('def f(): pass\n'))).toBe(file);
  expect(store.fileOf(bytes('def g(): pass\n'))).not.toBe(file);
  expect(file.definitions(Number.POSITIVE_INFINITY)).toBe(file.definitions(Number.POSITIVE_INFINITY));
});

test('does not parse after a deadline, but knows what was parsed before', () => {
  const file = createSourceStore(10_000).fileOf(bytes('class A:\n    def f(self): pass\n'));
  expect(file.definitions(0)).toBeUndefined();
  expect(file.isParsed()).toBe(false);
  expect(file.definitions(Number.POSITIVE_INFINITY)).toMatchObject([
    { kind: 'class', qualifiedName: 'A', startLine: 1, endLine: 2 },
    { kind: 'function', qualifiedName: 'A.f', startLine: 2, endLine: 2 },
  ]);
  expect(file.definitions(0)).toHaveLength(2);
});

test('keeps no more definitions than there is room for, and finds them all the same', () => {
  const store = createSourceStore(10_000, 3);
  const [first, second] = [store.fileOf(bytes('def f(): pass\n')), store.fileOf(bytes('def g(): pass\n'.repeat(3)))];
  for (const file of [first, second, second]) expect(file.definitions(Number.POSITIVE_INFINITY)).not.toBeUndefined();
  expect([first.isParsed(), second.isParsed()]).toEqual([true, false]);
  expect(second.definitions(Number.POSITIVE_INFINITY)).toHaveLength(3);
});

test('reads what is no UTF-8, without a byte order mark, in lines of any end', () => {
  const { text } = createSourceStore(10_000).fileOf(Buffer.from('\xef\xbb\xbf# \xe9\r\nx\n\ny', 'latin1'));
  expect(linesOf(text)).toEqual(['# \ufffd', 'x', '', 'y']);
  expect(linesOf('')).toEqual([]);
});
