import { MethodError } from '../method-error.js';

/**
 * Maps items to results in their order, at most `limit` at a time. After a failure no further item is begun, and the
 * first error is thrown once all that had begun have ended: nothing runs on behind the caller's back. Throws MethodError
 * `invalid-options` for a limit below 1, with which nothing would be done.
 */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  limit: number,
  map: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  if (!(limit >= 1)) throw new MethodError('invalid-options', `Expected at least 1 at a time, got ${limit}.`);
  const results: Result[] = new Array(items.length);
  const errors: unknown[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < items.length && errors.length === 0) {
      const index = next++;
      try {
        results[index] = await map(items[index]!, index);
      } catch (error) {
        errors.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  if (errors.length > 0) throw errors[0];
  return results;
}
