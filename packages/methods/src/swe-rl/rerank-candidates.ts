import { rerankAgentless, type Selection } from '@swe-selfplay/selection';
import type { PatchTestMatrix } from '../evidence/evidence.js';

/**
 * Chooses among the rows of a matrix whose columns are reproduction tests, as Agentless-mini does; see
 * `rerankAgentless`. `patchKeys` are the normal forms of the patches, empty where there is none. A test whose run failed
 * did not pass; a patch of whose regressions nothing is known counts as one with a great many.
 */
export function rerankCandidates(matrix: PatchTestMatrix, patchKeys: readonly string[]): Selection {
  return rerankAgentless(
    matrix.candidates.map((candidate, index) => {
      if (candidate.status === 'none') return { patchKey: '', failedRegressions: null, reproductions: [] };
      const isPassed = (test: number) => (candidate.counts[test]?.failToPass ?? 0) > 0;
      return {
        patchKey: patchKeys[index]!,
        failedRegressions: candidate.regressionFailures?.length ?? null,
        reproductions: matrix.tests.filter((_, test) => isPassed(test)).map(({ id }) => id),
      };
    }),
  );
}
