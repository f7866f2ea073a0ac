import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDelta } from './git-delta.js';

const source = Buffer.from('0123456789');
const LIMIT = 1000;
const delta = (...bytes: number[]) => Uint8Array.from(bytes);
const text = (result: Uint8Array | undefined) => result && Buffer.from(result).toString();

test('copies from the source and inserts', () => {
  // Copy 4 bytes from offset 3, insert "xy", copy 2 bytes from the start.
  expect(text(applyDelta(source, delta(10, 8, 0x91, 3, 4, 2, 0x78, 0x79, 0x90, 2), LIMIT))).toBe('3456xy01');
});

test('a copy without a size is of 65536 bytes', () => {
  const large = new Uint8Array(0x10000).fill(7);
  expect(applyDelta(large, delta(0x80, 0x80, 4, 0x80, 0x80, 4, 0x80), 0x10000)).toEqual(large);
});

test.each([
  ['a source of another size', delta(9, 1, 0x90, 1)],
  ['a result of another size', delta(10, 3, 0x90, 2)],
  ['more than the result', delta(10, 1, 0x90, 2)],
  ['a copy beyond the source', delta(10, 4, 0x91, 8, 4)],
  ['an insertion that is cut off', delta(10, 4, 4, 0x78)],
  ['a copy that is cut off', delta(10, 4, 0x91, 8)],
  ['the reserved command', delta(10, 1, 0)],
  ['a size without end', delta(255, 255, 255, 255, 255, 255, 255, 255)],
  ['nothing', delta()],
  ['a result beyond the limit', delta(10, 0xe9, 7, 0x90, 10)],
])('refuses %s', (_name, bytes) => {
  expect(applyDelta(source, bytes, LIMIT)).toBeUndefined();
});

test('random deltas never throw and never build beyond the limit', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const result = applyDelta(source, delta(10, 20, ...bytes), LIMIT);
      expect(result?.length ?? 20).toBe(20);
    }),
    { numRuns: 2000 },
  );
});

test('millions of copies of one byte, which deflate to nothing, take no time to speak of', () => {
  const copies = 2_000_000;
  const many = Buffer.alloc(2 * copies, Buffer.from([0x90, 1]));
  const sizes = [10, 0x80 | (copies & 0x7f), 0x80 | ((copies >> 7) & 0x7f), copies >> 14];
  const startedAt = performance.now();
  const result = applyDelta(source, Buffer.concat([Buffer.from(sizes), many]), copies);
  expect(result?.length).toBe(copies);
  expect(result?.every((byte) => byte === 0x30)).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});
