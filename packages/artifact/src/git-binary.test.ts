import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBinaryLine, encodeBinaryLines, inflateExactly } from './git-binary.js';

function decode(lines: readonly string[]): Uint8Array {
  return Buffer.concat(lines.map((line) => decodeBinaryLine(line)!));
}

test('data of any length comes back from its lines', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (data) => {
      const lines = encodeBinaryLines(data);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(66);
      expect(inflateExactly(decode(lines), data.length)).toEqual(data);
    }),
  );
});

test('the line that git prints for no content reads as no content', () => {
  expect(inflateExactly(decode(['HcmV?d00001']), 0)).toEqual(new Uint8Array());
});

test.each(['', 'A', 'A0000', 'A000000', 'B00000 ', 'A"0000', 'A~~~~~', '100000', 'zcmV?d00001'])(
  'the line %j is not base 85 of git',
  (line) => {
    expect(decodeBinaryLine(line)).toBeUndefined();
  },
);

test('deflated data of another size, cut off or with a tail is refused', () => {
  const deflated = deflateSync(Buffer.alloc(1000, 'x'));
  expect(inflateExactly(deflated, 1000)).toHaveLength(1000);
  expect(inflateExactly(deflated, 999)).toBeUndefined();
  expect(inflateExactly(deflated, 1001)).toBeUndefined();
  expect(inflateExactly(deflated.subarray(0, -3), 1000)).toBeUndefined();
  expect(inflateExactly(Buffer.concat([deflated, Buffer.from('tail')]), 1000)).toBeUndefined();
  expect(inflateExactly(Buffer.from('no zlib'), 10)).toBeUndefined();
});

test('a bomb is not inflated beyond the size it states', () => {
  const bomb = deflateSync(Buffer.alloc(256 * 1024 * 1024));
  const before = process.memoryUsage().rss;
  expect(inflateExactly(bomb, 10)).toBeUndefined();
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
});
