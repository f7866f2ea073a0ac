import { type Witness, witnessedPasses } from '@swe-selfplay/evaluation';
import type { Evidence } from './evidence.js';

/**
 * Ids of the second witness that grading can count on: they passed in every run of the original, and did one and the
 * same in all repeats of the buggy state. Sorted; undefined where a run of the original has no complete witness.
 */
export function witnessedTests({ original = [], buggy = [] }: Evidence): string[] | undefined {
  const witnesses = original.map(({ witness }) => witness);
  if (witnesses.length === 0 || witnesses.some((witness) => witness?.status !== 'complete')) return undefined;
  const passes = witnesses.map((witness) => new Set(witnessedPasses(witness)));
  const withBug = buggy.flatMap(({ witness }): Witness[] => (witness?.status === 'complete' ? [witness] : []));
  return [...passes[0]!]
    .filter((id) => passes.every((ids) => ids.has(id)))
    .filter((id) => new Set(withBug.map(({ results }) => results.get(id))).size <= 1)
    .sort();
}
