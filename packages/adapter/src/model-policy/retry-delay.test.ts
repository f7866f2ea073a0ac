import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRetryAfterMs, retryDelayMs } from './retry-delay.js';

test('bounds grow by two up to the longest', () => {
  const bounds = [1, 2, 3, 4, 5, 6, 50].map((retry) => retryDelayMs(retry, { minMs: 4_000, maxMs: 60_000 }, () => 1));
  expect(bounds).toEqual([4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('waits anything between nothing and the bound, and never less than the server asks', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (retry, chance) => {
      const limits = { minMs: 10, maxMs: 1000 };
      expect(retryDelayMs(retry, limits, () => chance)).toBeLessThanOrEqual(1000);
      expect(retryDelayMs(retry, limits, () => chance, 5000)).toBeGreaterThanOrEqual(5000);
      expect(retryDelayMs(retry, limits, () => chance, 5000)).toBeLessThanOrEqual(5010);
    }),
  );
});

test.each([
  ['3', 3_000],
  ['0', 0],
  ['1.5', 1_500],
  ['Sat, 21 Nov 2026 12:00:05 GMT', 5_000],
  ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  ['soon', undefined],
  [undefined, undefined],
])('reads Retry-After: %s', (value, delayMs) => {
  expect(readRetryAfterMs(value, new Date('2026-11-21T12:00:00Z'))).toBe(delayMs);
});
