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
export { createTurnLog, type FullTurn, type TurnLog } from './turn-log.js';
