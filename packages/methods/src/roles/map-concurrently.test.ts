import { expect, test } from 'vitest';
import { mapConcurrently } from './map-concurrently.js';

test('keeps the order and the limit, and begins nothing after a failure', async () => {
  let [running, most] = [0, 0];
  const begun: number[] = [];
  const work = async (item: number) => {
    begun.push(item);
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 5 * (5 - item)));
    running -= 1;
    if (item === 9) throw new Error('nine');
    return item * item;
  };
  expect(await mapConcurrently([1, 2, 3, 4], 2, work)).toEqual([1, 4, 9, 16]);
  expect(most).toBe(2);
  begun.length = 0;
  await expect(mapConcurrently([9, 1, 2, 3], 2, work)).rejects.toThrow('nine');
  expect(begun).toEqual([9, 1]);
  expect(running).toBe(0);
  expect(await mapConcurrently([], 2, work)).toEqual([]);
});
