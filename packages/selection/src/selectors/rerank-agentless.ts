import { allBest, bestOf, indicesWhere } from '../best-of.js';
import { checkedCount, isEmptyPatch } from '../candidate-checks.js';
import { countVotes } from '../count-votes.js';
import type { Selection } from '../selection.js';

export interface AgentlessCandidate {
  /** Equal keys mean equal patches; blank for an empty patch. Blank at both ends does not count. */
  readonly patchKey: string;
  /** How many regression tests fail with the patch. Null: no result, which counts as 10000. */
  readonly failedRegressions: number | null;
  /** Which reproduction tests pass with the patch, in any order. */
  readonly reproductions: ReadonlySet<string> | readonly string[];
}

const FAILURES_WITHOUT_RESULT = 10_000;

/**
 * The reranker of SWE-RL's Agentless Mini (facebookresearch/swe-rl, src/swerl/agentless_mini/rerank.py). REG keeps the
 * patches with the fewest failed regression tests. REP groups patches by the very set T of reproduction tests they pass
 * and keeps every group P whose |P| * |T|^2 is largest. Survivors are REP(REG) of those that are not empty. The original
 * takes the first of REP(REG), REG(REP), REP and REG that keeps some and fewer than all, which comes to the same: where
 * the first keeps all, so does each of them. The most frequent patch among survivors wins, then whichever came first.
 *
 * A score is a number of votes among survivors; null for those that do not survive. Throws SelectionError
 * `invalid-candidate`.
 */
export function rerankAgentless(candidates: readonly AgentlessCandidate[]): Selection {
  const failures = candidates.map(({ failedRegressions }, index) =>
    failedRegressions === null ? FAILURES_WITHOUT_RESULT : checkedCount(failedRegressions, index, 'failedRegressions'),
  );
  // Sorted only so that equal sets have one name; nothing depends on which order that is.
  const passed = candidates.map(({ reproductions }) => [...new Set(reproductions)].sort());
  const groups = passed.map((tests) => JSON.stringify(tests));
  const patchOf = (index: number): string => candidates[index]!.patchKey.trim();
  const byRegression = (indices: readonly number[]): number[] => allBest(indices, (index) => -failures[index]!);
  const byReproduction = (indices: readonly number[]): number[] => {
    const sizes = countVotes(indices, (index) => groups[index]!);
    return allBest(indices, (index) => sizes.get(groups[index]!)! * passed[index]!.length ** 2);
  };

  const all = indicesWhere(candidates, ({ patchKey }) => !isEmptyPatch(patchKey));
  const survivors = byReproduction(byRegression(all));
  const rule = survivors.length < all.length ? 'fewest failed regressions, reproductions' : 'no test tells them apart';
  const votes = countVotes(survivors, patchOf);
  const scores = candidates.map((_, index) => (survivors.includes(index) ? votes.get(patchOf(index))! : null));
  const index = bestOf(survivors, (candidate) => [scores[candidate]!]);
  return { index, scores, survivors, reason: index === undefined ? 'nothing to choose from' : `most votes; ${rule}` };
}
