export { changedCode } from './compare-code.js';
export { createTestRunner, PARSER_LIMITS, type TestRunnerOptions } from './create-test-runner.js';
export {
  type EvaluateOptions,
  type Evaluation,
  type EvaluationFlag,
  evaluatePatch,
  type GradingTask,
  REFUSED_FLAGS,
} from './evaluate-patch.js';
export { EvaluationError, type EvaluationErrorCode } from './evaluation-error.js';
export { applyPredPatch, type GradedTask, gradedState, type PatchedTask } from './graded-state.js';
export { GUARD_RULES, type GuardedTrees, type GuardOptions, type GuardRule, guardedFiles } from './guarded-files.js';
export { type ArtifactStates, artifactStates, revertChange, separableChanges } from './repo-states.js';
export type { ParseVariation, RunVariation } from './run-variation.js';
export { type Parse, reportOf, type ScriptRun, type TestRun } from './test-run.js';
export type { ParseOptions, RunOptions, TestRunner } from './test-runner.js';
export { type Surroundings, scaffoldPaths } from './test-surroundings.js';
export { type Witness, type WitnessedOutcome, witnessedPasses } from './witness.js';
