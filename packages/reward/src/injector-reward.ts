import { checkedAlpha, checkedProbability, type RewardOptions } from './reward-options.js';

/** What became of an injector's artifact. */
export interface InjectorOutcome {
  /** False for an artifact that failed a check, and for an injector that handed in none. */
  readonly valid: boolean;
  /** Share of graded attempts that solved the bug, 0..1; see `solveRate`. Does not count for an invalid artifact. */
  readonly solveRate?: number | undefined;
}

/**
 * The injector's reward, SSR Eq. 1 (section 2.3): -1 for an invalid artifact, -alpha for a bug that no attempt or
 * every attempt solves, 1 - (1 + alpha) * solveRate between. Undefined, so no reward at all, for a valid artifact of
 * which no attempt was graded. Throws RewardError for an alpha or a solve rate out of range.
 */
export function injectorReward(outcome: InjectorOutcome, options: RewardOptions = {}): number | undefined {
  const alpha = checkedAlpha(options.alpha);
  if (!outcome.valid) return -1;
  if (outcome.solveRate === undefined) return undefined;
  const rate = checkedProbability('solveRate', outcome.solveRate);
  return rate === 0 || rate === 1 ? 0 - alpha : 1 - (1 + alpha) * rate;
}
