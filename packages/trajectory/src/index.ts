export { compactTurns } from './compact-turns.js';
export { createTurnLog, type TurnLog, type WholeTurn } from './create-turn-log.js';
export { eachFullTurn, expandTurns } from './expand-turns.js';
export type { FullTurn } from './full-turn.js';
export { latestById, parseTrajectoryLine, readTrajectoryLines } from './read-trajectory-lines.js';
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
