export { toChatMessage } from './chat-messages.js';
export type { AssistantMessage, Conversation, Message, ToolCall, ToolDescription } from './conversation.js';
export type { Critic, CriticClient, CriticScore, ScoreOptions } from './critic/critic.js';
export type { CriticClientOptions } from './critic/critic-client-options.js';
export { type ClassifyCriticOptions, openClassifyCritic } from './critic/open-classify-critic.js';
export { openPoolingCritic, type PoolingCriticOptions } from './critic/open-pooling-critic.js';
export { type HintOptions, withHints } from './hints/with-hints.js';
export { firstMalformedOnly } from './history/first-malformed.js';
export { type LastObservationsOptions, lastObservations } from './history/last-observations.js';
export { type HistoryProcessor, withHistory } from './history/with-history.js';
export type { ModelCapabilities } from './model-policy/model-capabilities.js';
export type {
  Engine,
  ModelPolicyOptions,
  PolicyNotice,
  RetryEvent,
  SamplingOptions,
} from './model-policy/model-policy-options.js';
export { type ModelPolicy, openModelPolicy } from './model-policy/open-model-policy.js';
export type { UsageTotals } from './model-policy/usage-totals.js';
export { createLookAheadPolicy, type LookAheadOptions } from './policies/look-ahead.js';
export type { LookAheadNote } from './policies/look-ahead-choice.js';
export { createScriptedPolicy, type ScriptedTurn, type ScriptStep } from './policies/scripted.js';
export type {
  ContextOverflow,
  MalformedReply,
  Policy,
  PolicyDescription,
  RespondOptions,
  Turn,
  TurnSample,
} from './policy.js';
export { PolicyError, type PolicyErrorCode } from './policy-error.js';
export { PromptError, type PromptErrorCode, readPrompt, renderPrompt } from './prompt-template.js';
export { type RolloutRequest, runRollout } from './run-rollout.js';
export type { Stage, StagePass } from './stage-pass.js';
export { type AnyTool, describeTool, type Tool, type ToolOutcome, type ToolPlace } from './tool.js';
export type { ModelReply, ParsedReply, ToolCallFormat } from './tool-format.js';
export { type CwmFormatOptions, createCwmFormat, cwmFormat } from './tool-formats/cwm.js';
export { fenceFormat } from './tool-formats/fence.js';
export { nativeFormat } from './tool-formats/native.js';
export { xmlFormat } from './tool-formats/xml.js';
export { TOOL_CALL_FORMATS, type ToolCallFormatName } from './tool-formats.js';
export { type Budget, createToolSet, type RoleTools, type SubmissionKind, type ToolSet } from './tool-set.js';
export {
  createSandboxFiles,
  type FileReading,
  type FileWriting,
  type SandboxFiles,
} from './tool-sets/cwm/sandbox-files.js';
export { type CwmToolSetOptions, createCwmToolSet } from './tool-sets/cwm.js';
export { createPlainToolSet } from './tool-sets/plain.js';
export { createR2eToolSet, type R2eToolSetOptions } from './tool-sets/r2e.js';
export type { LintRule } from './tool-sets/swe-agent/guarded-writer.js';
export { createNebiusToolSet, createSweAgentToolSet, type SweAgentToolSetOptions } from './tool-sets/swe-agent.js';
export { type BashToolOptions, createBashTool } from './tools/bash.js';
export { createSubmitTool } from './tools/submit.js';
export { type RolloutEnd, type Trajectory, withoutSubmission } from './trajectory.js';
