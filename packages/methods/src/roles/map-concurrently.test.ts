import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapConcurrently } from './map-concurrently.js';

test('gives results in the order of the items, never with more under way than allowed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 3 })), fc.integer({ min: 1, max: 5 }), async (waits, limit) => {
      let underWay = 0;
      const results = await mapConcurrently(waits, limit, async (wait) => {
        underWay += 1;
        expect(underWay).toBeLessThanOrEqual(limit);
        for (let turn = 0; turn < wait; turn++) await Promise.resolve();
        underWay -= 1;
        return wait * 2;
      });
      expect(results).toEqual(waits.map((wait) => wait * 2));
    }),
  );
});

test('after a failure begins nothing more, and throws once all that had begun have ended', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const mapping = mapConcurrently([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    if (item === 1) throw new Error('first');
    await delay(20);
    ended.push(item);
  });
  await expect(mapping).rejects.toThrow('first');
  expect(begun).toEqual([1, 2]);
  expect(ended).toEqual([2]);
});

test.each([0, -1, Number.NaN])('refuses to do %s at a time, rather than to do nothing', async (limit) => {
  const mapping = mapConcurrently([1], limit, async (item) => item);
  await expect(mapping).rejects.toMatchObject({ name: 'MethodError', code: 'invalid-options' });
});
