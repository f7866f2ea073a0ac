import { checkedScore } from './candidate-checks.js';

/** What R2E-Gym puts for the log probability of a token that the server did not return. */
export const MISSING_LOG_PROBABILITY = -10_000;

/**
 * P(YES) / (P(YES) + P(NO)) of a verifier asked whether a trajectory solves its task, 0..1 (R2E-Gym, arXiv 2504.07164),
 * from natural log probabilities. A token that the server did not return is undefined and counts as -10000; without
 * both the score is 0.5. Throws SelectionError `invalid-candidate` for NaN and infinities.
 */
export function executionFreeScore(logYes: number | undefined, logNo: number | undefined): number {
  const yes = checkedScore(logYes ?? MISSING_LOG_PROBABILITY, 0, 'the log probability of YES');
  const no = checkedScore(logNo ?? MISSING_LOG_PROBABILITY, 0, 'the log probability of NO');
  return 1 / (1 + Math.exp(no - yes));
}
