import { indicesWhere } from '../best-of.js';
import { checkedPositiveInteger, isEmptyPatch } from '../candidate-checks.js';
import { agentFinishedCritic, type FinishedAttempt } from '../critics.js';
import type { Selection } from '../selection.js';
import { SelectionError } from '../selection-error.js';

/** Attempts at most, in Devstral's evaluation. */
export const DEFAULT_MAX_ATTEMPTS = 3;

export interface IterativeOptions {
  /** Default 3. */
  readonly maxAttempts?: number;
}

/**
 * Whether Devstral's iterative protocol (arXiv 2509.25193; OpenHands, evaluation/benchmarks/swe_bench) tries once more
 * after this attempt: it did not finish by itself, handed in no change, or ended in an exception. Looks at no tests.
 */
export function needsAnotherAttempt(attempt: FinishedAttempt): boolean {
  return agentFinishedCritic(attempt) === 0;
}

/**
 * The temperature to sample an attempt at, attempts counted from 1: where 0 is asked for, all after the first use 0.1,
 * since they would repeat the first. Throws SelectionError `invalid-options`.
 */
export function temperatureOf(attemptNumber: number, temperature: number): number {
  checkedPositiveInteger(attemptNumber, 'attemptNumber');
  if (!(Number.isFinite(temperature) && temperature >= 0))
    throw new SelectionError('invalid-options', `Expected a temperature from 0 on, got ${temperature}.`);
  return temperature === 0 && attemptNumber > 1 ? 0.1 : temperature;
}

/**
 * Iterative best-of-3 (Devstral): attempts in the order they were made, of which only those count that the protocol would
 * have made, that is up to the first that needs no other and no more than `maxAttempts`. From the last of them back to
 * the first, the first patch that is not empty wins. A score is 1 for an attempt that needs no other, 0 for one that
 * does, null for one the protocol would not have made. Throws SelectionError `invalid-options`.
 */
export function selectIterative(
  attempts: readonly FinishedAttempt[],
  { maxAttempts = DEFAULT_MAX_ATTEMPTS }: IterativeOptions = {},
): Selection {
  checkedPositiveInteger(maxAttempts, 'maxAttempts');
  const last = attempts.slice(0, maxAttempts).findIndex((attempt) => !needsAnotherAttempt(attempt));
  const made = last === -1 ? Math.min(attempts.length, maxAttempts) : last + 1;
  const scores = attempts.map((attempt, index) => (index < made ? agentFinishedCritic(attempt) : null));
  const survivors = indicesWhere(attempts, ({ patch }, index) => index < made && !isEmptyPatch(patch));
  const index = survivors.at(-1);
  const reason = index === undefined ? 'nothing to choose from' : 'last patch that is not empty';
  return { index, scores, survivors, reason: `${reason}; ${made} ${made === 1 ? 'attempt' : 'attempts'}` };
}
