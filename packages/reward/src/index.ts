export { expectedInjectorReward, expectedInjectorRewardBySum } from './expected-reward.js';
export { type HiddenOracleGap, type HiddenOutcome, hiddenOracleGap } from './hidden-oracle-gap.js';
export { type InjectorOutcome, injectorReward } from './injector-reward.js';
export { optimalSolveProbability } from './optimal-solve-probability.js';
export { RewardError, type RewardErrorCode } from './reward-error.js';
export { DEFAULT_ALPHA, DEFAULT_GROUP_SIZE, type GroupOptions, type RewardOptions } from './reward-options.js';
export type { MatchingBlock, WorkBudget } from './sequence-match/longest-match.js';
export { matchingBlocks, matchingBlocksWithin, type SequenceMatchOptions } from './sequence-match/matching-blocks.js';
export { sequenceRatio, sequenceRatioWithin } from './sequence-match/sequence-ratio.js';
export { splitPythonLines } from './sequence-match/split-python-lines.js';
export { type UnifiedDiffOptions, unifiedDiff, unifiedDiffWithin } from './sequence-match/unified-diff.js';
export {
  type Episode,
  type InjectorEpisode,
  type RewardComponents,
  type Settlement,
  type SettleOptions,
  type SolverEpisode,
  settleRewards,
} from './settle-rewards.js';
export { type AttemptCounts, type AttemptOutcome, countAttempts, solveRate } from './solve-rate.js';
export { expectedSolverReward, solverReward } from './solver-reward.js';
export {
  applySearchReplace,
  type SearchReplaceLimits,
  type SearchReplaceOutcome,
} from './swe-rl/apply-search-replace.js';
export {
  type ChangeReward,
  type ChangeRewardOptions,
  type ChangeSimilarity,
  changeReward,
} from './swe-rl/change-reward.js';
export { extractSolution, type Solution } from './swe-rl/extract-solution.js';
export { parseSearchReplace, type SearchReplaceEdit, type SearchReplaceEdits } from './swe-rl/parse-search-replace.js';
export { pythonStrip } from './swe-rl/python-strip.js';
export { type SearchReplaceReward, searchReplaceReward } from './swe-rl/search-replace-reward.js';
