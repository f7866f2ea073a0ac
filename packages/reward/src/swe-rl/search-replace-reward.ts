import { applySearchReplace, type SearchReplaceLimits } from './apply-search-replace.js';
import { type ChangeRewardOptions, type ChangeSimilarity, changeReward, type FileContents } from './change-reward.js';
import { extractSolution } from './extract-solution.js';
import { parseSearchReplace } from './parse-search-replace.js';

export type SearchReplaceReward =
  | { readonly status: 'compared'; readonly reward: number; readonly similarities: readonly ChangeSimilarity[] }
  | {
      readonly status: 'malformed';
      readonly reward: -1;
      /**
       * `tags`: a tag is not there exactly once. `no-thought`: nothing was thought. `no-edits`: no block. `identical`: an
       * edit that replaces lines by themselves. `not-found`: an edit of lines that are not there. `too-large`,
       * `too-costly`: beyond a bound.
       */
      readonly reason: 'tags' | 'no-thought' | 'no-edits' | 'identical' | 'not-found' | 'too-large' | 'too-costly';
    };

/**
 * SWE-RL's reward of what a policy wrote (arXiv 2502.18449 Eq. 1; facebookresearch/swe-rl, src/swerl/core/reward.py,
 * `calculate_search_replace_reward`): -1 where the format is wrong or an edit does not apply, else how alike the edits
 * are to the oracle's change, 0..1 (`changeReward`).
 *
 * `original`: the files shown to the policy; `oracle`: the content after the oracle's change of those it changes.
 * `output` is hostile: nothing it says throws, and it takes bounded time and memory. Throws RewardError `count-out-of-range`
 * for bounds that cannot be.
 */
export function searchReplaceReward(
  original: FileContents,
  oracle: FileContents,
  output: string,
  options: SearchReplaceLimits & ChangeRewardOptions = {},
): SearchReplaceReward {
  const solution = extractSolution(output);
  if (solution.status === 'malformed') return { status: 'malformed', reward: -1, reason: solution.reason };
  const edits = parseSearchReplace(solution.answer);
  if (edits.size === 0) return { status: 'malformed', reward: -1, reason: 'no-edits' };
  const applied = applySearchReplace(original, edits, options);
  if (applied.status === 'refused') return { status: 'malformed', reward: -1, reason: applied.reason };
  const compared = changeReward(original, oracle, applied.files, options);
  return compared.status === 'compared' ? compared : { status: 'malformed', reward: -1, reason: compared.status };
}
