import { checkedBound, checkedCount, checkedOption } from '../checked-numbers.js';

export interface OverlongOptions {
  /** Tokens of the longest response that is allowed at all; default 20480. */
  readonly maximum?: number | undefined;
  /** Tokens below that over which the penalty grows, above 0 and at most `maximum`; default 4096. */
  readonly cache?: number | undefined;
  /** The least that a response gets, 0 or less; default -1, as the paper's. -Infinity: none, as in verl's `dapo` manager. */
  readonly floor?: number | undefined;
}

/**
 * Soft overlong punishment (DAPO, arXiv 2503.14476, Eq. 13), from -1 to 0, to be added to the reward: 0 up to
 * `maximum - cache` tokens, from there down to -1 at `maximum` in a line, -1 beyond. Throws RewardError
 * `count-out-of-range`, `option-out-of-range`.
 */
export function overlongPenalty(tokens: number, options: OverlongOptions = {}): number {
  const { floor = -1 } = options;
  checkedBound('the greatest penalty', -floor);
  const maximum = checkedCount('maximum', options.maximum ?? 20480, 1);
  const cache = checkedOption(
    'cache',
    options.cache ?? 4096,
    'above 0 and at most maximum',
    (value) => value > 0 && value <= maximum,
  );
  const allowed = maximum - cache;
  return checkedCount('tokens', tokens) <= allowed ? 0 : Math.max((allowed - tokens) / cache, floor);
}
