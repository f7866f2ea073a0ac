import { checkAllFinite, checkedCount, checkedFinite } from '../checked-numbers.js';
import { createUniform } from '../simulate/create-uniform.js';

export interface RewardedSample {
  readonly id: string;
  /** Null: none could be given. */
  readonly reward: number | null;
}

export interface PositiveExampleOptions {
  /** How many of the last iterations are recent, from 1 up; the paper does not say. */
  readonly recentIterations: number;
  /** Reward of a positive sample; default 1. */
  readonly positive?: number | undefined;
  /** Samples to add at most, drawn by `seed`; default all. */
  readonly limit?: number | undefined;
  /** Decides the draw; default 0. */
  readonly seed?: number | undefined;
}

/**
 * Positive-example reinforcement (Kimi-Dev, arXiv 2509.23045, section 3.3): adds the solved samples of recent iterations
 * to the batch, after it, oldest first; one whose id is in the batch or came before is not added again. `iterations`:
 * oldest first, without the batch. Equal arguments add equal samples in equal order. Throws RewardError
 * `count-out-of-range`, `not-finite`.
 */
export function addPositiveExamples<Sample extends RewardedSample>(
  batch: readonly Sample[],
  iterations: readonly (readonly Sample[])[],
  options: PositiveExampleOptions,
): Sample[] {
  const { positive = 1, limit = Number.MAX_SAFE_INTEGER, seed = 0 } = options;
  const recent = iterations.slice(-checkedCount('recentIterations', options.recentIterations, 1)).flat();
  checkedCount('limit', limit);
  checkedFinite('positive', positive);
  checkAllFinite(
    'rewards of recent iterations',
    recent.map(({ reward }) => reward),
  );
  const seen = new Set(batch.map(({ id }) => id));
  const examples = recent.filter(({ id, reward }) => {
    if (reward !== positive || seen.has(id)) return false;
    seen.add(id);
    return true;
  });
  return [...batch, ...drawInOrder(examples, limit, seed)];
}

/** `count` of the items, each as likely as any other, in their order (selection sampling, Knuth's algorithm S). */
function drawInOrder<Item>(items: readonly Item[], count: number, seed: number): Item[] {
  const uniform = createUniform(seed);
  let wanted = Math.min(count, items.length);
  return items.filter((_, index) => {
    const isDrawn = uniform() * (items.length - index) < wanted;
    if (isDrawn) wanted -= 1;
    return isDrawn;
  });
}
