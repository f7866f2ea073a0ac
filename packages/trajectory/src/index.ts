export { compactTurns } from './compact-turns.js';
export { conversationsOf, type Said } from './conversations-of.js';
export { createTurnLog, type TurnLog, type WholeTurn } from './create-turn-log.js';
export { eachFullTurn, expandTurns } from './expand-turns.js';
export type { AtifStep, AtifTrajectory } from './exporters/atif-types.js';
export type { CriticTokens } from './exporters/critic-tokens.js';
export {
  type CriticExport,
  type CriticExportOptions,
  type CriticTokenLine,
  exportCriticLines,
} from './exporters/export-critic-lines.js';
export { type FunctionTool, functionTools } from './exporters/function-tools.js';
export { type ArtGroup, type ArtTrajectory, toArt, toArtGroups } from './exporters/to-art.js';
export { type AtifOptions, toAtif } from './exporters/to-atif.js';
export { type ChatExample, type ChatOptions, toChatJsonl } from './exporters/to-chat-jsonl.js';
export {
  type CriticLabels,
  type CriticSample,
  type CriticSampleOptions,
  toCriticSamples,
} from './exporters/to-critic-samples.js';
export { type SkyRLSteps, toSkyRLSteps } from './exporters/to-skyrl-steps.js';
export { type SlimeOptions, type SlimeSample, toSlimeSamples } from './exporters/to-slime-samples.js';
export { type TrlRollout, toTrlRollout } from './exporters/to-trl-rollout.js';
export { toVerl, type VerlOutput } from './exporters/to-verl.js';
export type { SequenceExportOptions } from './exporters/trainable-sequences.js';
export { type FilteredTrajectories, filterForRft, filterTrajectories } from './filters/filter-trajectories.js';
export { type FoundLoop, findLoop, isStuckInLoop, type LoopKind, type LoopOptions } from './filters/find-loop.js';
export { hasPassed } from './filters/has-passed.js';
export {
  type LeaveOutReason,
  leaveOutReason,
  type RuleSet,
  TRAJECTORY_RULES,
  type TrajectoryRules,
} from './filters/leave-out-reason.js';
export type { Finding, FindingName } from './finding.js';
export type { FullTurn } from './full-turn.js';
export { maskFormatErrors, maskLoss } from './mask-loss.js';
export { MASK_PRESETS, type MaskPreset } from './mask-presets.js';
export { type DropReason, type MaskedReason, type MaskOptions, maskReason, type TrainingUse } from './mask-reason.js';
export { latestById, parseTrajectoryLine, readTrajectoryLines } from './read-trajectory-lines.js';
export { isStale, type Staleness, type StalenessOptions, stalenessOf, stepOfVersion } from './staleness-of.js';
export { type PlainMessage, toPlainMessages } from './to-plain-messages.js';
export { type TrainingSequence, type TrainingSequenceOptions, toTrainingSequences } from './to-training-sequences.js';
export { prefixOf, type StoredIds, type TokenPrefix } from './token-prefix.js';
export { TrajectoryError, type TrajectoryErrorCode } from './trajectory-error.js';
export {
  type CaptureLevel,
  type ChatMessage,
  type ChatToolCall,
  type PolicyRecord,
  type StopReason,
  type TokenUsage,
  type ToolEvent,
  TRAJECTORY_SCHEMA_VERSION,
  type TrajectoryRecord,
  type TurnRecord,
} from './trajectory-record.js';
export { trajectoryRecordSchema } from './trajectory-schema.js';
export { validateSequence } from './validate-sequence.js';
export { validateTrajectory } from './validate-trajectory.js';
export { validateTurn } from './validate-turn.js';
