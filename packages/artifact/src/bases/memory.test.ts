import { expect, test } from 'vitest';
import { memoryBase } from './memory.js';

test('does not change with the bytes that it was made of or gave out', async () => {
  const content = Buffer.from('before');
  const base = memoryBase({ a: content });
  content.fill(0);
  (await base.read('a')).fill(0);
  expect(Buffer.from(await base.read('a')).toString()).toBe('before');
});

test('has a digest that tells path, mode and content', () => {
  const content = Buffer.from('x');
  const digests = [
    memoryBase({ a: 'x' }),
    memoryBase({ b: 'x' }),
    memoryBase({ a: 'y' }),
    memoryBase({ a: { mode: '100755', content } }),
    memoryBase({ a: { mode: '120000', content } }),
    memoryBase({ a: 'x', b: 'x' }),
    memoryBase({}),
  ].map(({ digest }) => digest);
  expect(new Set(digests).size).toBe(digests.length);
  expect(memoryBase({ b: '2', a: '1' }).digest).toBe(memoryBase({ a: '1', b: '2' }).digest);
});

test.each([{ '../a': '' }, { '/a': '' }, { '.git/config': '' }, { 'a//b': '' }, { a: '', 'a/b': '' }])(
  'refuses %j, which no workspace can hold',
  (files) => {
    expect(() => memoryBase(files as Record<string, string>)).toThrow(
      expect.objectContaining({ code: 'unsupported-path' }),
    );
  },
);
