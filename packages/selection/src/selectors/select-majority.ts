import { bestOf, indicesWhere } from '../best-of.js';
import { isEmptyPatch } from '../candidate-checks.js';
import { countVotes } from '../count-votes.js';
import type { Selection } from '../selection.js';

/**
 * Majority voting (the CWM report's and Agentless' plain choice): the patch that most attempts handed in, of equally
 * frequent ones whichever came first. Patches should be normalised; blank at both ends does not count. A score is a
 * number of votes, 1..; null for empty patches, which are never chosen.
 */
export function selectMajority(patches: readonly string[]): Selection {
  const survivors = indicesWhere(patches, (patch) => !isEmptyPatch(patch));
  const votes = countVotes(survivors, (index) => patches[index]!.trim());
  const scores = patches.map((patch) => votes.get(patch.trim()) ?? null);
  const index = bestOf(survivors, (candidate) => [scores[candidate]!]);
  return { index, scores, survivors, reason: index === undefined ? 'nothing to choose from' : 'most votes' };
}
