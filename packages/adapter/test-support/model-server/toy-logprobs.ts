import { VOCABULARY_SIZE } from './toy-tokenizer.js';

export interface TokenChance {
  readonly id: number;
  readonly logprob: number;
}

export interface TokenLogprobs {
  readonly sampled: TokenChance;
  /** The likeliest tokens, the best first. */
  readonly top: readonly TokenChance[];
}

/** Tokens that have a chance at all: as many as anybody may ask for, and the sampled one. */
const CANDIDATES = 21;

/**
 * Log-probabilities of sampled tokens. They follow from everything that stands before the token, as those of a model
 * do: the same prompt gives the same numbers. `temperature`: divides the logits; 1 for raw ones and for greedy sampling.
 */
export function chancesOf(
  promptIds: readonly number[],
  sampledIds: readonly number[],
  { temperature, top }: { readonly temperature: number; readonly top: number },
): TokenLogprobs[] {
  let state = promptIds.reduce(mix, 1);
  return sampledIds.map((id) => {
    const chances = chancesAt(state, id, temperature);
    state = mix(state, id);
    return { sampled: chances[0]!, top: top === 0 ? [] : chances.sort((a, b) => b.logprob - a.logprob).slice(0, top) };
  });
}

function chancesAt(state: number, sampledId: number, temperature: number): TokenChance[] {
  const logits = new Map([[sampledId, 4 + 4 * unit(mix(state, sampledId))]]);
  for (let draw = 0; logits.size < CANDIDATES; draw += 1) {
    const id = mix(state, 7_919 * (draw + 1)) % VOCABULARY_SIZE;
    if (!logits.has(id)) logits.set(id, 5 * unit(mix(state, id)));
  }
  const scaled = [...logits].map(([id, logit]) => [id, logit / temperature] as const);
  const highest = Math.max(...scaled.map(([, logit]) => logit));
  const total = highest + Math.log(scaled.reduce((sum, [, logit]) => sum + Math.exp(logit - highest), 0));
  return scaled.map(([id, logit]) => ({ id, logprob: Math.fround(Math.min(0, logit - total)) }));
}

function unit(state: number): number {
  return state / 2 ** 32;
}

/** One step of a 32-bit hash: unsigned, spread by the finalizer of MurmurHash3. */
export function mix(state: number, value: number): number {
  let hash = Math.imul(state ^ (value + 0x9e3779b9), 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
