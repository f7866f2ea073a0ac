/** How a deviation is estimated: `population` divides by n, `sample` by n - 1 (what torch.std does). */
export type Deviation = 'population' | 'sample';

export interface Centred {
  /** Each value minus the mean, in the order given. */
  readonly differences: readonly number[];
  /** Sum of squared differences. */
  readonly squares: number;
}

/**
 * Values minus their mean. The sum is taken of sorted distances from the least value, so that equal values differ from
 * their mean by exactly 0 (`zero-advantage` filters rely on it) and the order of a group changes no bit of a result.
 */
export function centre(values: readonly number[]): Centred {
  const sorted = [...values].sort((a, b) => a - b);
  const least = sorted[0] ?? 0;
  const meanDistance = sum(sorted.map((value) => value - least)) / Math.max(sorted.length, 1);
  const differences = values.map((value) => value - least - meanDistance);
  return { differences, squares: sum(sorted.map((value) => (value - least - meanDistance) ** 2)) };
}

/** Standard deviation of centred values; of a single one, and of none, 0. */
export function deviationOf({ differences, squares }: Centred, deviation: Deviation): number {
  const count = differences.length;
  return count < 2 ? 0 : Math.sqrt(squares / (deviation === 'sample' ? count - 1 : count));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
