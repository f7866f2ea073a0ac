import type { ChatCompletion } from './chat-completion.js';

/** Two runs of one prompt differ by rounding, for models in half precision by an eighth and more. */
const CLEAR_GAP = 1;

/**
 * Whether log-probabilities are taken after temperature (`processed`) or before (`raw`), from the first tokens of two
 * answers to one prompt at temperatures 1 and 2. Before it, nothing changes; after it, the distance between two
 * alternatives halves, and what is likely becomes less so. Null: they do not tell.
 */
export function compareLogprobs(cool: ChatCompletion, hot: ChatCompletion): 'processed' | 'raw' | null {
  const left = alternatives(cool);
  const right = alternatives(hot);
  const common = [...left.keys()].filter((token) => right.has(token)).sort((a, b) => left.get(b)! - left.get(a)!);
  const top = common[0];
  const bottom = common.at(-1);
  if (top === undefined || bottom === undefined) return null;
  const gap = left.get(top)! - left.get(bottom)!;
  if (gap >= CLEAR_GAP) {
    const ratio = (right.get(top)! - right.get(bottom)!) / gap;
    if (Math.abs(ratio - 0.5) < 0.15) return 'processed';
    return Math.abs(ratio - 1) < 0.15 ? 'raw' : null;
  }
  const fall = left.get(top)! - right.get(top)!;
  if (fall > 0.3) return 'processed';
  // Where all is equally likely, or one or two things certain, temperature changes nothing either.
  const isOpen = left.get(top)! > -4 && left.get(top)! < -1.2;
  return isOpen && Math.abs(fall) < 0.15 ? 'raw' : null;
}

/** Tokens of the first place with their log-probabilities. */
function alternatives(completion: ChatCompletion): Map<string, number> {
  const first = completion.choices[0]?.logprobs?.content?.[0] as TokenLogprob | undefined;
  const found = new Map<string, number>();
  const doubled = new Set<string>();
  const listed = Array.isArray(first?.top_logprobs) ? (first.top_logprobs as readonly TokenLogprob[]) : [];
  for (const { token, logprob } of first ? [...listed, first] : []) {
    // Below this it stands for minus infinity.
    if (typeof token !== 'string' || typeof logprob !== 'number' || logprob < -1000) continue;
    const known = found.get(token);
    // Different tokens may have the same text, pieces of a character for instance.
    if (known !== undefined && known !== logprob) doubled.add(token);
    found.set(token, logprob);
  }
  for (const token of doubled) found.delete(token);
  return found;
}

interface TokenLogprob {
  readonly token?: unknown;
  readonly logprob?: unknown;
  readonly top_logprobs?: unknown;
}
