/**
 * How much is tried: `SWE_SELFPLAY_FUZZ_EFFORT` times as many runs, and `SWE_SELFPLAY_FUZZ_SEED` for other ones. By default
 * the seed is fixed, so that `npm test` tries the same inputs each time.
 */
const effort = Number(process.env.SWE_SELFPLAY_FUZZ_EFFORT ?? 1);

export const FUZZ_SEED: number = Number(process.env.SWE_SELFPLAY_FUZZ_SEED ?? 20_251_121);

/** Parameters of a property that is tried `runs` times by default. */
export function tries(runs: number): { readonly numRuns: number; readonly seed: number } {
  return { numRuns: Math.ceil(runs * effort), seed: FUZZ_SEED };
}

/** Numbers from 0, as many as are to be tried where `runs` are by default. */
export function* attempts(runs: number): Generator<number> {
  for (let number = 0; number < Math.ceil(runs * effort); number += 1) yield number;
}

/** Time for a test by how much it tries. */
export const FUZZ_TIMEOUT_MS: number = 60_000 * Math.max(1, effort);
