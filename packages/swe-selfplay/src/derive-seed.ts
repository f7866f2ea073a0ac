import { createHash } from 'node:crypto';

/**
 * The seed of one part of a run, 0..2^48-1, from the seed of the run and what names the part. It never depends on the
 * order in which parts are played, so that a resumed or parallel run draws what an uninterrupted one draws.
 */
export function deriveSeed(seed: number, ...names: readonly (string | number)[]): number {
  return createHash('sha256')
    .update(JSON.stringify([seed, ...names]))
    .digest()
    .readUIntBE(0, 6);
}
