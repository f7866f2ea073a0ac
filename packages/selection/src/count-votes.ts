/**
 * How many of the given candidates have each patch, by equality of the strings. Strings of JavaScript are equal exactly
 * when their code points are, so votes agree with those that Python counts.
 */
export function countVotes(indices: readonly number[], patchOf: (index: number) => string): Map<string, number> {
  const votes = new Map<string, number>();
  for (const index of indices) {
    const patch = patchOf(index);
    votes.set(patch, (votes.get(patch) ?? 0) + 1);
  }
  return votes;
}
