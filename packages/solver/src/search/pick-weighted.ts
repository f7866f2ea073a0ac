import type { Random } from '@swe-selfplay/artifact';

/** Takes one item with a chance proportional to its weight; undefined where no weight is positive. */
export function pickWeighted<Item>(
  items: readonly Item[],
  weightOf: (item: Item) => number,
  random: Random,
): Item | undefined {
  const total = items.reduce((sum, item) => sum + Math.max(0, weightOf(item)), 0);
  if (!(total > 0)) return undefined;
  let rest = random.next() * total;
  let last: Item | undefined;
  for (const item of items) {
    const weight = weightOf(item);
    if (!(weight > 0)) continue;
    last = item;
    rest -= weight;
    if (rest < 0) break;
  }
  return last;
}
