import { checkAllFinite, checkedOption } from '../checked-numbers.js';

/**
 * The samples that have something to teach (Nebius, arXiv 2508.03501: every sample with an advantage of 0 is dropped),
 * in their order; a null advantage, of a masked sample or one without a reward, has nothing either. `tolerance`: how far
 * from 0 still is 0, default exactly 0, which is what equal rewards get. Throws RewardError `not-finite`,
 * `option-out-of-range`.
 */
export function dropZeroAdvantages<Sample extends { readonly advantage: number | null }>(
  samples: readonly Sample[],
  tolerance: number = 0,
): Sample[] {
  checkedOption('tolerance', tolerance, 'a number from 0 up', (value) => value >= 0);
  checkAllFinite(
    'advantages',
    samples.map(({ advantage }) => advantage),
  );
  return samples.filter(({ advantage }) => advantage !== null && Math.abs(advantage) > tolerance);
}
