import { RewardError } from '../reward-error.js';

/**
 * Numbers from 0 up to, not including, 1 that the seed decides, the same on every machine (sfc32, Chris Doty-Humphrey).
 * Seeds are whole numbers; nearby ones give unrelated numbers. Not for secrets. Throws RewardError
 * `option-out-of-range`.
 */
export function createUniform(seed: number): () => number {
  if (!Number.isSafeInteger(seed))
    throw new RewardError('option-out-of-range', `Expected seed to be a whole number, got ${String(seed)}.`);
  let [a, b, c, counter] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, 0x9e3779b9 | 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // The first outputs still resemble the seed.
  for (let round = 0; round < 20; round += 1) next();
  return next;
}
