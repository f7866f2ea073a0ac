import { checkedCount } from '../checked-numbers.js';
import { RewardError } from '../reward-error.js';

export interface PassAtKOptions {
  /**
   * What happens where there are fewer samples than k. `refuse` (default). `use-all`: as in the code of Codex and CWM, 1
   * where one of them is right, else 0, which is too low an estimate; of no samples at all it is refused all the same.
   */
  readonly whenFewer?: 'refuse' | 'use-all' | undefined;
}

/**
 * pass@k (arXiv 2107.03374, Eq. 1): the probability that of k samples, drawn without replacement from `samples` of which
 * `correct` are right, at least one is right: 1 - C(n - c, k) / C(n, k). Without bias for k <= n. Computed as a sum of
 * logarithms over min(c, k) factors: exact in relative terms also for thousands of samples. Samples that were not graded
 * are not to be counted. Throws RewardError `count-out-of-range`.
 */
export function passAtK(samples: number, correct: number, k: number, options: PassAtKOptions = {}): number {
  checkedCount('samples', samples);
  checkedCount('correct', correct);
  checkedCount('k', k, 1);
  if (correct > samples)
    throw new RewardError('count-out-of-range', `Expected correct to be at most ${samples}, got ${correct}.`);
  if (k > samples && (samples === 0 || options.whenFewer !== 'use-all'))
    throw new RewardError('count-out-of-range', `Expected k to be at most the ${samples} samples, got ${k}.`);
  if (correct === 0) return 0;
  if (samples - correct < k) return 1;
  // C(n-c, k) / C(n, k) is the same with c and k exchanged; the shorter product is over the smaller of both.
  const [factors, taken] = correct < k ? [correct, k] : [k, correct];
  let logMissed = 0;
  for (let i = samples - factors + 1; i <= samples; i++) logMissed += Math.log1p(-taken / i);
  return -Math.expm1(logMissed);
}
