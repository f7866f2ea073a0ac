import { TrajectoryError } from './trajectory-error.js';
import type { TrajectoryRecord } from './trajectory-record.js';
import { versionsOf } from './versions-of.js';

/** SSR, appendix C: a rollout is dropped when the trainer is more than 8 steps ahead of the policy that played it. */
export const DEFAULT_MAX_AGE = 8;

export interface StalenessOptions {
  /** Steps that the trainer has made, a whole number from 0 up. */
  readonly trainerStep: number;
  /** Trainer steps that a rollout may be old, inclusive. Default 8. */
  readonly maxAge?: number | undefined;
  /** The step that made a version of the weights; undefined where the name does not tell. Default: `stepOfVersion`. */
  readonly stepOf?: ((version: string) => number | undefined) | undefined;
}

export type Staleness =
  /** `age`: trainer steps since the oldest weights that sampled a turn. */
  | { readonly status: 'fresh' | 'stale'; readonly age: number }
  /** Some version is not known, or its step is not; what is known is not stale. */
  | { readonly status: 'unknown' };

/**
 * How old a trajectory is: the oldest version of the weights counts, over all turns and at both ends of each. Throws
 * TrajectoryError `invalid-option`.
 */
export function stalenessOf(record: Pick<TrajectoryRecord, 'turns'>, options: StalenessOptions): Staleness {
  const { trainerStep, maxAge = DEFAULT_MAX_AGE, stepOf = stepOfVersion } = options;
  checkCount('trainerStep', trainerStep);
  checkCount('maxAge', maxAge);
  const versions = new Set(record.turns.flatMap(versionsOf));
  const steps = [...versions].map((version) => (version === null ? undefined : stepOf(version)));
  const known = steps.filter((step) => step !== undefined);
  const age = trainerStep - Math.min(...known);
  if (known.length > 0 && age > maxAge) return { status: 'stale', age };
  return known.length === 0 || known.length < steps.length ? { status: 'unknown' } : { status: 'fresh', age };
}

/** Whether a trajectory is known to be too old to train on; one of unknown age is not. */
export function isStale(record: Pick<TrajectoryRecord, 'turns'>, options: StalenessOptions): boolean {
  return stalenessOf(record, options).status === 'stale';
}

/** The number at the end of a version such as `12`, `step-12` or `v12`; undefined where it is not plainly one. */
export function stepOfVersion(version: string): number | undefined {
  const digits = /^(?:[A-Za-z][A-Za-z_:/-]*)?(\d{1,15})$/.exec(version)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function checkCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new TrajectoryError('invalid-option', `Expected ${name} to be a whole number from 0 up, got ${value}.`);
}
