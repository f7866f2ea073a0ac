import { checkedShare } from './candidate-checks.js';
import { SelectionError } from './selection-error.js';

/** The numbers of OpenHands' SDK critic, whose scores are probabilities of success. */
export interface RefinementThresholds {
  /** A score from here on counts as success. Default 0.5. */
  readonly success: number;
  /** A score below is worked on again. Default 0.6. */
  readonly refinement: number;
  /** The probability from which on an issue the critic names is told to the agent. Default 0.75. */
  readonly issue: number;
  /** How often an attempt is worked on again at most. Default 3. */
  readonly maxIterations: number;
}

export const REFINEMENT: RefinementThresholds = Object.freeze({
  success: 0.5,
  refinement: 0.6,
  issue: 0.75,
  maxIterations: 3,
});

/** Whether the critic holds an attempt for solved. Throws SelectionError `invalid-candidate` for scores outside 0..1. */
export function isCriticSuccess(
  score: number,
  { success }: Pick<RefinementThresholds, 'success'> = REFINEMENT,
): boolean {
  return checkedShare(score, 0, 'the probability') >= success;
}

/** Whether an attempt that has been refined `iterations` times is sent back once more. Throws SelectionError. */
export function needsRefinement(
  score: number,
  iterations: number,
  { refinement, maxIterations }: Pick<RefinementThresholds, 'refinement' | 'maxIterations'> = REFINEMENT,
): boolean {
  if (!Number.isSafeInteger(iterations) || iterations < 0)
    throw new SelectionError('invalid-options', `Expected a number of iterations from 0 on, got ${iterations}.`);
  return checkedShare(score, 0, 'the probability') < refinement && iterations < maxIterations;
}

/** The issues worth telling the agent, the most probable first, of equal ones the first named. Throws SelectionError. */
export function issuesToTell(
  issues: Readonly<Record<string, number>>,
  { issue }: Pick<RefinementThresholds, 'issue'> = REFINEMENT,
): string[] {
  return Object.entries(issues)
    .filter(([, probability], index) => checkedShare(probability, index, 'the probability') >= issue)
    .sort(([, left], [, right]) => right - left)
    .map(([name]) => name);
}
