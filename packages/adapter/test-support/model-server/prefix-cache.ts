import { mix } from './toy-logprobs.js';

const BLOCK = 16;

/** What an engine keeps of earlier conversations, in blocks of 16 tokens. Each is known by all that stands before it. */
export interface PrefixCache {
  /** Tokens at the beginning that are kept already. At least the last token is always computed. */
  cachedTokens(ids: readonly number[]): number;
  keep(ids: readonly number[]): void;
}

export function createPrefixCache(): PrefixCache {
  const kept = new Set<number>();
  return {
    cachedTokens(ids) {
      const blocks = blockHashes(ids.slice(0, -1));
      const missing = blocks.findIndex((hash) => !kept.has(hash));
      return BLOCK * (missing === -1 ? blocks.length : missing);
    },
    keep(ids) {
      for (const hash of blockHashes(ids)) kept.add(hash);
    },
  };
}

function blockHashes(ids: readonly number[]): number[] {
  const hashes: number[] = [];
  let low = 1;
  let high = 2;
  for (let index = 0; index + BLOCK <= ids.length; index += BLOCK) {
    for (let place = index; place < index + BLOCK; place += 1) {
      low = mix(low, ids[place]!);
      high = mix(high, ids[place]! + 1);
    }
    // 53 bits: blocks of thousands of conversations do not collide.
    hashes.push((high >>> 11) * 2 ** 32 + low);
  }
  return hashes;
}
