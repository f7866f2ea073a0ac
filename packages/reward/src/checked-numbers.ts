import { RewardError } from './reward-error.js';

/** The value, unless it is NaN or infinite: RewardError `not-finite`, naming the place. */
export function checkedFinite(name: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new RewardError('not-finite', `Expected ${name} to be a finite number, got ${String(value)}.`);
}

/** Refuses NaN and infinities among values, naming the first index; null stands for a missing value and is fine. */
export function checkAllFinite(name: string, values: readonly (number | null)[]): void {
  for (const [index, value] of values.entries()) if (value !== null) checkedFinite(`${name}[${index}]`, value);
}

/** A whole number from `minimum` up, else RewardError `count-out-of-range`. */
export function checkedCount(name: string, value: number, minimum = 0): number {
  if (Number.isSafeInteger(value) && value >= minimum) return value;
  const expected = `a whole number from ${minimum} up`;
  throw new RewardError('count-out-of-range', `Expected ${name} to be ${expected}, got ${String(value)}.`);
}

/** A finite option for which `holds`, else RewardError `option-out-of-range`. */
export function checkedOption(
  name: string,
  value: number,
  expected: string,
  holds: (value: number) => boolean,
): number {
  if (Number.isFinite(value) && holds(value)) return value;
  throw new RewardError('option-out-of-range', `Expected ${name} to be ${expected}, got ${String(value)}.`);
}

/** A bound of 0 or more, Infinity for none, else RewardError `option-out-of-range`. */
export function checkedBound(name: string, value: number): number {
  if (value >= 0) return value;
  throw new RewardError('option-out-of-range', `Expected ${name} to be a number from 0 up, got ${String(value)}.`);
}

/** Refuses lists that do not go together element by element: RewardError `length-mismatch`. */
export function checkSameLength(name: string, actual: number, expected: number): void {
  if (actual === expected) return;
  throw new RewardError('length-mismatch', `Expected ${expected} elements of ${name}, got ${actual}.`);
}
