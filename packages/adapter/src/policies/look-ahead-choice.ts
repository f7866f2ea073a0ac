import type { Turn } from '../policy.js';

/** A turn that might be taken. */
export interface Candidate {
  /** 0-based place among those that were asked for. */
  readonly index: number;
  readonly turn: Turn;
}

export interface ScoredCandidate extends Candidate {
  readonly score: number;
}

/** What a turn's record tells of the choice, in `sampling_effective.look_ahead`. */
export interface LookAheadNote {
  /** Candidates that were asked for, and of those the ones that were answered with a turn. */
  readonly candidates: number;
  readonly sampled: number;
  readonly chosen: number;
  /** By candidate; null: it was not scored. */
  readonly scores: readonly (number | null)[];
  /** Tokens of the turns that were not taken; null: not known of all. */
  readonly discarded_tokens: number | null;
}

/** The turn with the best score, of equal ones the first, with a note of the others. `scored` is not empty. */
export function bestOf(
  scored: readonly ScoredCandidate[],
  { requested, sampled }: { readonly requested: number; readonly sampled: readonly Candidate[] },
): Turn {
  const best = scored.reduce((first, next) => (next.score > first.score ? next : first));
  const { turn } = best;
  if (turn.sample === undefined) return turn;
  const scores = new Map(scored.map(({ index, score }) => [index, score]));
  const note: LookAheadNote = {
    candidates: requested,
    sampled: sampled.length,
    chosen: best.index,
    scores: Array.from({ length: requested }, (_, index) => scores.get(index) ?? null),
    discarded_tokens: discardedTokens(sampled.filter(({ index }) => index !== best.index)),
  };
  const { record } = turn.sample;
  const effective = { ...record.sampling_effective, look_ahead: note };
  return { ...turn, sample: { ...turn.sample, record: { ...record, sampling_effective: effective } } };
}

function discardedTokens(others: readonly Candidate[]): number | null {
  const counts = others.map(({ turn }) => turn.sample?.record.usage?.completion_tokens);
  return counts.reduce<number | null>((sum, count) => (sum === null || count === undefined ? null : sum + count), 0);
}
