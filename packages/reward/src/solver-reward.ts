import { checkedProbability } from './reward-options.js';
import type { AttemptOutcome } from './solve-rate.js';

/**
 * The solver's reward for one attempt, SSR Eq. 2 (section 2.4): 1 where every test passes, else -1. Undefined, so no
 * reward at all, for an attempt that broken infrastructure kept from being graded.
 */
export function solverReward(attempt: AttemptOutcome): 1 | -1 | undefined {
  switch (attempt.status) {
    case 'solved':
      return 1;
    case 'unsolved':
      return -1;
    case 'infra':
      return undefined;
  }
}

/** Mean reward of attempts that solve a bug with probability `solveProbability`: 2p - 1 (SSR, appendix A.1). */
export function expectedSolverReward(solveProbability: number): number {
  return 2 * checkedProbability('solveProbability', solveProbability) - 1;
}
