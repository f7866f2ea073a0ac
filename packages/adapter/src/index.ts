export type { Conversation, Message, ToolCall, ToolDescription } from './conversation.js';
export { createScriptedPolicy, type ScriptedTurn, type ScriptStep } from './policies/scripted.js';
export type { Policy, Turn } from './policy.js';
export { type RolloutRequest, runRollout } from './run-rollout.js';
export { describeTool, type Tool, type ToolOutcome, type ToolPlace } from './tool.js';
export { type BashToolOptions, createBashTool } from './tools/bash.js';
export { createSubmitDirectoryTool, createSubmitTool } from './tools/submit.js';
export { type RolloutEnd, TRAJECTORY_FORMAT_VERSION, type Trajectory, withoutSubmission } from './trajectory.js';
