import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMarkedOutput } from './marked-output.js';

const MARK = '0123456789abcdef0123456789abcdef';

test('finds the mark however the output is cut, and holds what comes after it', () => {
  const text = fc.string({ unit: fc.constantFrom('0', '1', 'a', '\n', ' '), maxLength: 200 });
  fc.assert(
    fc.property(text, text, fc.nat(255), fc.array(fc.integer({ min: 1, max: 40 })), (before, after, code, cuts) => {
      const found: number[] = [];
      const output = createMarkedOutput(1_000, () => found.push(-1));
      output.expect(MARK, (exitCode) => found.push(exitCode));
      let rest = Buffer.from(`${before}${MARK} ${code}\n${after}`);
      for (const length of [...cuts, rest.length]) {
        if (rest.length > 0) output.add(rest.subarray(0, length));
        rest = rest.subarray(length);
      }
      expect(found).toEqual([code]);
      expect(output.take().toString()).toBe(before);
      expect(output.take().toString()).toBe(after);
    }),
  );
});

test('holds no more than its bound, and says once that it was exceeded', () => {
  for (const [bytes, isMarked, exceedings] of [
    [100, true, 0],
    [101, true, 1],
    [100, false, 0],
    [1_000, false, 1],
  ] as const) {
    let exceeded = 0;
    let marked = 0;
    const output = createMarkedOutput(100, () => exceeded++);
    output.expect(MARK, () => marked++);
    for (let sent = 0; sent < bytes; sent++) output.add(Buffer.from('x'));
    if (isMarked) output.add(Buffer.from(`${MARK} 0\n`));
    for (let sent = 0; sent < 10; sent++) output.add(Buffer.from('y'));
    expect([exceeded, marked]).toEqual([exceedings, isMarked && exceedings === 0 ? 1 : 0]);
    expect(output.take().toString()).toBe('x'.repeat(100));
  }
});

test('bounds what comes while no mark is awaited', () => {
  let exceeded = 0;
  const output = createMarkedOutput(100, () => exceeded++);
  output.add(Buffer.alloc(100));
  expect(exceeded).toBe(0);
  output.add(Buffer.alloc(1));
  output.add(Buffer.alloc(1_000_000));
  expect([exceeded, output.take().length]).toEqual([1, 100]);
});
