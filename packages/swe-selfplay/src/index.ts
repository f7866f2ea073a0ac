export {
  createCwmFormat,
  createCwmToolSet,
  createPlainToolSet,
  createScriptedPolicy,
  createToolSet,
  type ModelPolicy,
  type ModelPolicyOptions,
  openModelPolicy,
  type Policy,
  PolicyError,
  type RolloutRequest,
  runRollout,
  TOOL_CALL_FORMATS,
  type Tool,
  type ToolCallFormat,
  type ToolSet,
  type Trajectory,
} from '@swe-selfplay/adapter';
export {
  ArtifactError,
  type ArtifactReading,
  applyPatch,
  type BugArtifact,
  createArtifact,
  diffSnapshots,
  type Environment,
  EnvironmentError,
  loadArtifact,
  openEnvironment,
  parsePatch,
  printPatch,
  readArtifactFolder,
  reversePatch,
  type Snapshot,
  withFiles,
  writeArtifactFolder,
} from '@swe-selfplay/artifact';
export {
  createTestRunner,
  type Evaluation,
  EvaluationError,
  evaluatePatch,
  type GradingTask,
  type TestRunner,
} from '@swe-selfplay/evaluation';
export {
  type Audit,
  auditEnvironment,
  EXPLOITS,
  type Exploit,
  ExploitError,
  type ExploitResult,
  type ExploitTarget,
  ROUTES,
} from '@swe-selfplay/exploits';
export {
  bugScope,
  bugValidity,
  buildEvidence,
  buildTestRun,
  type Check,
  type CheckVerdict,
  createPolicyInjector,
  createProceduralInjector,
  DEFAULT_CHECKS,
  DEFAULT_RULES,
  determinism,
  type Evidence,
  type Finding,
  failed,
  type Injection,
  type Injector,
  injectBugs,
  inverseMutation,
  PROFILES,
  type Profile,
  type ProfileName,
  passed,
  patchesApply,
  STRATEGIES,
  STRICT_CHECKS,
  STRICT_RULES,
  type Strategy,
  skipped,
  stableReports,
  testFiles,
  testParser,
  testScript,
  testWeakening,
  type ValidationReport,
  type ValidationRules,
  validateArtifact,
} from '@swe-selfplay/injector';
export { OPERATORS, type Operator } from '@swe-selfplay/python';
export {
  countAttempts,
  expectedInjectorReward,
  expectedSolverReward,
  type HiddenOracleGap,
  hiddenOracleGap,
  injectorReward,
  optimalSolveProbability,
  RewardError,
  settleRewards,
  solveRate,
  solverReward,
} from '@swe-selfplay/reward';
export {
  type ContainerOptions,
  createContainerProvider,
  createSandboxProvider,
  extractImageDirectory,
  type Sandbox,
  SandboxError,
  type SandboxProvider,
  withSandbox,
} from '@swe-selfplay/sandbox';
export {
  type Attempt,
  auditLeaks,
  createHigherOrderTask,
  createPolicySolver,
  createSearchSolver,
  createTask,
  type LeakAudit,
  type LeakFinding,
  type Solver,
  SolverError,
  type SolverTask,
  type Submission,
  solveAttempt,
  solveBug,
  type TaskView,
} from '@swe-selfplay/solver';
export {
  expandTurns,
  isStale,
  MASK_PRESETS,
  maskFormatErrors,
  maskReason,
  readTrajectoryLines,
  TrajectoryError,
  type TrajectoryRecord,
  toArt,
  toArtGroups,
  toAtif,
  toChatJsonl,
  toSkyRLSteps,
  toSlimeSamples,
  toTrainingSequences,
  toTrlRollout,
  toVerl,
  trajectoryRecordSchema,
  validateTrajectory,
} from '@swe-selfplay/trajectory';
export { type AttemptGroup, type RecordedAttempt, readAttemptGroups } from './attempt-groups.js';
export {
  type ComputeRewardsOptions,
  computeRewards,
  type EpisodeOutcome,
  settleTrajectory,
} from './compute-rewards.js';
export { createDispatcher, type Dispatcher, type DispatcherOptions, type DispatchStrategy } from './dispatcher.js';
export { type EpisodeOrigin, type EpisodePlace, toTrajectoryRecord } from './episode-record.js';
export { EXPORT_FORMATS, exportTrajectories } from './export-trajectories.js';
export { type PlayOptions, type PlayResult, play } from './play.js';
export type { PlayEvent, PlayListener } from './play-event.js';
export { playRound, type Round } from './play-round.js';
export { type LeakPolicy, prepareTask, type TaskDemands, type TaskPreparation } from './prepare-task.js';
export { createProgress, type ProgressLines } from './progress.js';
export type { RoundOptions, RoundParts } from './round-setup.js';
export { RunError, type RunErrorCode } from './run-error.js';
export { readRun, readTrajectories } from './run-folder.js';
export type { RunRecord, StoredRecord } from './run-record.js';
export { type RunSelection, type SelectInRunOptions, selectInRun } from './select-in-run.js';
export { openSession, type Session, type SessionOptions } from './session.js';
export { storedRecordSchema } from './stored-record-schema.js';
export { type TrainingSignal, trainingSignals } from './training-signals.js';
