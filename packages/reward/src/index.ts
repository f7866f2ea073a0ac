// Rewards of the game (SSR), and what they come to by chance.

export { expectedInjectorReward, expectedInjectorRewardBySum } from './expected-reward.js';
export { type HiddenOracleGap, type HiddenOutcome, hiddenOracleGap } from './hidden-oracle-gap.js';
export { type InjectorOutcome, injectorReward } from './injector-reward.js';
export { optimalSolveProbability } from './optimal-solve-probability.js';
export { RewardError, type RewardErrorCode } from './reward-error.js';
export { DEFAULT_ALPHA, DEFAULT_GROUP_SIZE, type GroupOptions, type RewardOptions } from './reward-options.js';
export {
  type Episode,
  type InjectorEpisode,
  type RewardComponents,
  type Settlement,
  type SettleOptions,
  type SolverEpisode,
  settleRewards,
} from './settle-rewards.js';
export { type CurveOptions, type SimulatedCurve, simulateCurve } from './simulate/simulate-curve.js';
export {
  type SimulatedReward,
  type SimulationOptions,
  simulateInjectorReward,
} from './simulate/simulate-injector-reward.js';
export { type AttemptCounts, type AttemptOutcome, countAttempts, solveRate } from './solve-rate.js';
export { expectedSolverReward, solverReward } from './solver-reward.js';

// Rewards of other systems, by role.

export { compositeReward, proposerReward, solutionReward } from './roles/absolute-zero.js';
export { type CwmOutcome, type CwmRewardOptions, cwmReward } from './roles/cwm-reward.js';
export {
  type BetaRewardOptions,
  betaReward,
  consistencyReward,
  learnability,
  optimalBetaSolveRate,
} from './roles/injector-alternatives.js';
export {
  bugFixerReward,
  DEEPSWE_REWARD_TIMEOUT_MS,
  deepSweReward,
  sweSwissReward,
  type TestVerdict,
  testWriterReward,
} from './roles/solver-alternatives.js';
export { type OverlongOptions, overlongPenalty } from './shaping/overlong-penalty.js';
export { type StepPenaltyOptions, stepPenalty } from './shaping/step-penalty.js';
export { type GradedTrajectory, tdLabels } from './td-labels.js';

// From rewards to advantages and losses.

export { type DrGrpoOptions, drGrpoAdvantages } from './advantages/dr-grpo-advantages.js';
export {
  ADVANTAGE_METHODS,
  type AdvantageMethod,
  type AdvantageOptions,
  groupAdvantages,
} from './advantages/group-advantages.js';
export type { Deviation } from './advantages/group-statistics.js';
export { GRPO_PRESETS, type GroupOfOne, type GrpoOptions, grpoAdvantages } from './advantages/grpo-advantages.js';
export { kimiAdvantages } from './advantages/kimi-advantages.js';
export { type LeaveOneOutOptions, leaveOneOutAdvantages } from './advantages/leave-one-out-advantages.js';
export { type NebiusOptions, nebiusAdvantages } from './advantages/nebius-advantages.js';
export type { GroupMasks, GroupRewards } from './advantages/over-group.js';
export { type RlooOptions, rlooAdvantages } from './advantages/rloo-advantages.js';
export { type AggregationOptions, aggregateLoss, type LossAggregation } from './losses/aggregate-loss.js';
export {
  type ClipOptions,
  clippedPolicyTerm,
  type DualClipOptions,
  dualClipLoss,
  importanceRatio,
} from './losses/clipped-policy-term.js';
export { klK3 } from './losses/kl-k3.js';
export { type PolicyLossOptions, policyLoss, type SequenceRatios } from './losses/policy-loss.js';

// What is trained on, and when.

export {
  addPositiveExamples,
  type PositiveExampleOptions,
  type RewardedSample,
} from './curricula/add-positive-examples.js';
export { dropMastered, type TaskRecord } from './curricula/drop-mastered.js';
export {
  advanceCurriculum,
  type CurriculumEvent,
  type CurriculumOptions,
  type PromptCurriculum,
  startCurriculum,
} from './curricula/prompt-curriculum.js';
export { type SecondStageOptions, secondStage } from './curricula/second-stage.js';
export {
  COMPACT_FILTERS,
  type CompactFilter,
  compactMasks,
  RLLM_COMPACT_FILTERING,
  type RllmCompactFiltering,
  rllmCompactFilter,
} from './filters/compact-filtering.js';
export { dropZeroAdvantages } from './filters/drop-zero-advantages.js';
export { hasMixedOutcomes, hasRewardSpread } from './filters/dynamic-sampling.js';
export { type FillBatchOptions, type FilledBatch, fillBatch } from './filters/fill-batch.js';
export { type EndedTrajectory, replaceEmptyTrajectories } from './filters/replace-empty-trajectories.js';

// How well it went.

export { bestAtK } from './estimators/best-at-k.js';
export { type PassAtKOptions, passAtK } from './estimators/pass-at-k.js';

// What each system of the literature uses.

export { applyPreset, type GroupMember, type PresetGroup } from './presets/apply-preset.js';
export { GRPO_PLUS_PLUS, type GrpoPiece } from './presets/grpo-plus-plus.js';
export type { AdvantageRule, LengthPenalty, MethodPreset } from './presets/method-preset.js';
export { METHOD_PRESETS, type MethodName } from './presets/method-presets.js';

// Likeness of texts, and the reward of SWE-RL.

export type { MatchingBlock, WorkBudget } from './sequence-match/longest-match.js';
export { matchingBlocks, matchingBlocksWithin, type SequenceMatchOptions } from './sequence-match/matching-blocks.js';
export { sequenceRatio, sequenceRatioWithin } from './sequence-match/sequence-ratio.js';
export { splitPythonLines } from './sequence-match/split-python-lines.js';
export { type UnifiedDiffOptions, unifiedDiff, unifiedDiffWithin } from './sequence-match/unified-diff.js';
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
