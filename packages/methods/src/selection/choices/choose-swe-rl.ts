import { rerankAgentless, type Selection } from '@swe-selfplay/selection';
import { columnsByVotes } from '../vote-for-tests.js';
import { type GatheredEvidence, regressionFailures, reproduces } from '../written-evidence.js';

export interface SweRlOptions {
  /** Distinct reproduction tests that count, those written most often first. Default 30 (arXiv 2502.18449, App. B). */
  readonly maxTests?: number;
}

/**
 * The reranker of SWE-RL's Agentless Mini. `patches` are normalised, in the order of the candidates, empty where there is
 * none; one that comes to nothing takes no part. A cell that is not known is a test that does not pass; regressions that
 * are not known count as that code has it.
 */
export function chooseSweRl(
  { matrix }: GatheredEvidence,
  patches: readonly string[],
  { maxTests = 30 }: SweRlOptions = {},
): Selection {
  const columns = columnsByVotes(matrix).slice(0, maxTests);
  return rerankAgentless(
    matrix.candidates.map((evidence, index) => ({
      patchKey: evidence.status === 'none' ? '' : patches[index]!,
      failedRegressions: regressionFailures(evidence, matrix),
      reproductions:
        evidence.status === 'none'
          ? []
          : columns.filter((column) => reproduces(evidence.counts[column]) === true).map(String),
    })),
  );
}
