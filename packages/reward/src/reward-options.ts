import { RewardError } from './reward-error.js';

/** Penalty of a bug that nobody or everybody solves, as in the paper. */
export const DEFAULT_ALPHA = 0.8;

/** Solver attempts per bug, as in the paper. */
export const DEFAULT_GROUP_SIZE = 8;

export interface RewardOptions {
  /** Penalty of a bug that no attempt or every attempt solves, 0..1; default 0.8. At 1 it is as bad as an invalid one. */
  readonly alpha?: number | undefined;
}

export interface GroupOptions extends RewardOptions {
  /** Attempts per bug, a whole number from 1 up; default 8. */
  readonly groupSize?: number | undefined;
}

export function checkedAlpha(alpha: number = DEFAULT_ALPHA): number {
  if (alpha >= 0 && alpha <= 1) return alpha;
  throw new RewardError('alpha-out-of-range', `Expected alpha to be a number from 0 to 1, got ${String(alpha)}.`);
}

export function checkedGroupSize(groupSize: number = DEFAULT_GROUP_SIZE, minimum = 1): number {
  if (Number.isSafeInteger(groupSize) && groupSize >= minimum) return groupSize;
  const expected = `a whole number from ${minimum} up`;
  throw new RewardError('group-size-out-of-range', `Expected groupSize to be ${expected}, got ${String(groupSize)}.`);
}

export function checkedProbability(name: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new RewardError(
    'probability-out-of-range',
    `Expected ${name} to be a number from 0 to 1, got ${String(value)}.`,
  );
}
