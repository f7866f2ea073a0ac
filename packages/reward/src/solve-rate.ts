import { RewardError } from './reward-error.js';

/** How an attempt was graded; `infra` means that it was not. */
export interface AttemptOutcome {
  readonly status: 'solved' | 'unsolved' | 'infra';
}

export interface AttemptCounts {
  readonly solved: number;
  /** Attempts that were graded at all: those that ended in broken infrastructure are not among them. */
  readonly graded: number;
}

/** Counts a group of attempts. An attempt that ended in broken infrastructure leaves the group. */
export function countAttempts(attempts: Iterable<AttemptOutcome>): AttemptCounts {
  let solved = 0;
  let graded = 0;
  for (const { status } of attempts) {
    if (status !== 'infra') graded += 1;
    if (status === 'solved') solved += 1;
  }
  return { solved, graded };
}

/**
 * Share of graded attempts that pass all tests, 0..1 (SSR 2.3, the s of Eq. 1); undefined when none was graded, which
 * is not the same as 0. Throws RewardError `count-out-of-range`.
 */
export function solveRate({ solved, graded }: AttemptCounts): number | undefined {
  if (!Number.isSafeInteger(solved) || !Number.isSafeInteger(graded) || solved < 0 || solved > graded) {
    throw new RewardError('count-out-of-range', `Expected 0 <= solved <= graded, got ${solved} solved of ${graded}.`);
  }
  return graded === 0 ? undefined : solved / graded;
}
