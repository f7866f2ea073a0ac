import { type ConsistencyOptions, type Selection, selectByConsistency } from '@swe-selfplay/selection';
import { columnsByVotes } from '../vote-for-tests.js';
import { type GatheredEvidence, regressionFailures, reproducesAll } from '../written-evidence.js';

/**
 * SWE-Swiss' enhanced self-consistency. The reproduction test is the one of those that fail on the task that was written
 * most often, the earliest of equals; where none does, none is asked for. `patches` are normalised, in the order of the
 * candidates, empty where there is none. `numSamples` is the number of candidates unless it is given.
 */
export function chooseSweSwiss(
  { matrix }: GatheredEvidence,
  patches: readonly string[],
  options: ConsistencyOptions = {},
): Selection {
  const voted = columnsByVotes(matrix).slice(0, 1);
  const candidates = matrix.candidates.map((evidence, index) => ({
    patch: patches[index]!,
    regressionFailures: regressionFailures(evidence, matrix),
    reproduces: voted.length === 0 ? null : reproducesAll(evidence, voted),
  }));
  return selectByConsistency(candidates, { numSamples: Math.max(2, candidates.length), ...options });
}
