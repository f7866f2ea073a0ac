/**
 * The candidate with the lexicographically largest key; of equal keys the one that comes first. Keys are lists of
 * numbers of one length. Undefined for no candidates.
 */
export function bestOf(indices: readonly number[], keyOf: (index: number) => readonly number[]): number | undefined {
  let best: number | undefined;
  let bestKey: readonly number[] = [];
  for (const index of indices) {
    const key = keyOf(index);
    if (best === undefined || compareKeys(key, bestKey) > 0) {
      best = index;
      bestKey = key;
    }
  }
  return best;
}

/** The candidates whose value is the largest, in their order. */
export function allBest(indices: readonly number[], worthOf: (index: number) => number): number[] {
  const largest = indices.reduce((most, index) => Math.max(most, worthOf(index)), -Infinity);
  return indices.filter((index) => worthOf(index) === largest);
}

/** The places of the candidates that `predicate` holds for. */
export function indicesWhere<Candidate>(
  candidates: readonly Candidate[],
  predicate: (candidate: Candidate, index: number) => boolean,
): number[] {
  return candidates.flatMap((candidate, index) => (predicate(candidate, index) ? [index] : []));
}

function compareKeys(left: readonly number[], right: readonly number[]): number {
  for (const [place, value] of left.entries()) {
    const other = right[place]!;
    if (value !== other) return value > other ? 1 : -1;
  }
  return 0;
}
