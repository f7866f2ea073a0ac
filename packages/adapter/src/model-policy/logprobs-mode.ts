import type { ChatCompletion } from './chat-completion.js';

/** Two runs of one prompt differ by rounding; between near-equal alternatives that is all there is to see. */
const LEAST_GAP = 0.04;

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
  const ratio = (right.get(top)! - right.get(bottom)!) / gap;
  const isUnchanged = common.every((token) => isNear(left.get(token)!, right.get(token)!));
  // Where all is equally likely, or one thing certain, temperature changes nothing either.
  const isOpen = left.get(top)! > -4 && left.get(top)! < -0.2;
  if (isUnchanged) return gap >= LEAST_GAP || isOpen ? 'raw' : null;
  if (gap >= LEAST_GAP) return Math.abs(ratio - 0.5) < 0.15 ? 'processed' : null;
  return left.get(top)! - right.get(top)! > 0.2 ? 'processed' : null;
}

/** The less likely, the more rounding shows. */
function isNear(left: number, right: number): boolean {
  return Math.abs(left - right) <= 0.05 + 0.03 * Math.abs(left);
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
