import { type HybridOptions, type Selection, selectHybrid } from '@swe-selfplay/selection';
import { type GatheredEvidence, regressionFailures, reproduces } from '../written-evidence.js';

export interface DeepsweOptions extends Partial<HybridOptions> {
  /**
   * What to do where no candidate has a score of an execution-free verifier. `execution-based` (default): choose by
   * tests alone, among all. `none`: choose nothing.
   */
  readonly withoutScores?: 'execution-based' | 'none';
}

/**
 * The hybrid verifier of DeepSWE (R2E-Gym, arXiv 2504.07164 Eq. 1-2). `score` of a candidate is its execution-free score,
 * 0..1; RS is the number of tests of the task's suite that still pass, TS the number of written tests that pass. A
 * candidate of which one of the three is not known takes no part. Default variant: `code`.
 */
export function chooseDeepswe({ candidates, matrix }: GatheredEvidence, options: DeepsweOptions = {}): Selection {
  const { withoutScores = 'execution-based', variant = 'code', n } = options;
  const isUnscored = candidates.every(({ score }) => score === undefined || score === null);
  const byTestsAlone = isUnscored && withoutScores === 'execution-based';
  const regressionTests = matrix.regressionTests?.length ?? 0;
  const scored = matrix.candidates.map((evidence, index) => {
    const score = byTestsAlone ? 0 : (candidates[index]!.score ?? null);
    if (evidence.status === 'none') return { executionFree: null, regressionPassed: null, testScore: null };
    const failures = regressionFailures(evidence, matrix);
    const passes = evidence.counts.map(reproduces);
    return {
      executionFree: score,
      regressionPassed: failures === null ? null : regressionTests - failures,
      testScore: passes.includes(null) ? null : passes.filter((passed) => passed === true).length,
    };
  });
  // Without scores the n best by score would be the n first.
  const size = byTestsAlone ? Math.max(1, candidates.length) : n;
  return selectHybrid(scored, { variant, ...(size !== undefined && { n: size }) });
}
