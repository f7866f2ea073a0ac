import { levenshteinRatio } from './levenshtein-ratio.js';

/**
 * For each distinct patch of the given candidates the mean of its `count` largest ratios to ALL patches, itself
 * included, 0..1; of fewer than `count` patches, of those there are. Each pair of distinct patches is compared once. A
 * patch longer than `maxLength` UTF-16 units has a ratio of 0 to all but its equals.
 */
export function meanNearestSimilarity(
  patches: readonly string[],
  candidates: readonly number[],
  count: number,
  maxLength: number,
): Map<string, number> {
  const copies = new Map<string, number>();
  for (const patch of patches) copies.set(patch, (copies.get(patch) ?? 0) + 1);
  const known = new Map<string, Map<string, number>>();
  const ratioOf = (left: string, right: string): number => {
    const found = known.get(right)?.get(left);
    if (found !== undefined) return found;
    const isCompared = left === right || Math.max(left.length, right.length) <= maxLength;
    const ratio = isCompared ? levenshteinRatio(left, right) : 0;
    const row = known.get(left) ?? new Map<string, number>();
    known.set(left, row.set(right, ratio));
    return ratio;
  };
  const means = new Map<string, number>();
  for (const index of candidates) {
    const patch = patches[index]!;
    if (means.has(patch)) continue;
    const ratios = [...copies].flatMap(([other, times]) => new Array<number>(times).fill(ratioOf(patch, other)));
    const nearest = ratios.sort((left, right) => right - left).slice(0, count);
    means.set(patch, nearest.reduce((sum, ratio) => sum + ratio, 0) / nearest.length);
  }
  return means;
}
