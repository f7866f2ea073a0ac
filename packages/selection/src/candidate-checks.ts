import { SelectionError } from './selection-error.js';

/** Refuses NaN and infinities. Throws SelectionError `invalid-candidate`, naming the place. */
export function checkedScore(value: number, index: number, name: string): number {
  if (!Number.isFinite(value))
    throw new SelectionError('invalid-candidate', `Expected ${name} of candidate ${index} to be finite, got ${value}.`);
  return value;
}

/** As `checkedScore`; null, which stands for failed infrastructure, passes. */
export function checkedScoreOrNull(value: number | null, index: number, name: string): number | null {
  return value === null ? null : checkedScore(value, index, name);
}

/** Refuses what is no number of things. Throws SelectionError `invalid-candidate`, naming the place. */
export function checkedCount(value: number, index: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new SelectionError(
      'invalid-candidate',
      `Expected ${name} of candidate ${index} to be a count, got ${value}.`,
    );
  return value;
}

/** Refuses what is no share. Throws SelectionError `invalid-candidate`, naming the place. */
export function checkedShare(value: number, index: number, name: string): number {
  if (!(value >= 0 && value <= 1))
    throw new SelectionError('invalid-candidate', `Expected ${name} of candidate ${index} in 0..1, got ${value}.`);
  return value;
}

/** Throws SelectionError `invalid-options`. */
export function checkedPositiveInteger(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new SelectionError('invalid-options', `Expected ${name} to be a whole number from 1 on, got ${value}.`);
  return value;
}

/** Whether a patch changes nothing at all. Such a patch solves nothing, so no selector chooses it. */
export function isEmptyPatch(patch: string): boolean {
  return patch.trim() === '';
}
