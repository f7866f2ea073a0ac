/** Stands between the name of a rollout and the candidate. */
const MARK = '#candidate-';

/**
 * Names one of several candidates for a turn to the policy: unlike every other, so that seeds differ and nothing that
 * a server counts of a conversation is taken from a candidate that was not chosen.
 */
export function candidateId(rolloutId: string, turn: number, candidate: number): string {
  return `${rolloutId}${MARK}${turn}-${candidate}`;
}

/** The rollout that a candidate is for: what a server's cache holds of one holds of all. */
export function withoutCandidate(id: string): string {
  const end = id.lastIndexOf(MARK);
  return end === -1 ? id : id.slice(0, end);
}
