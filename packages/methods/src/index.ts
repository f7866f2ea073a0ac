export {
  createIterativeSolver,
  type IterativeSolverOptions,
  type SolverOfAttempt,
} from './devstral/iterative-solver.js';
export type {
  CandidateEvidence,
  CandidatePatch,
  PatchTestMatrix,
  RunTally,
  SelectionTask,
  TestBaseline,
  TestCounts,
  TestWriter,
  WriteTestsOptions,
  WrittenTest,
} from './evidence/evidence.js';
export { type GatherOptions, gatherMatrix } from './evidence/gather-matrix.js';
export type { CodeAgent, CodeRequest, TestAgent, TestRequest } from './infcode/agents.js';
export {
  type InfCodeCandidate,
  type InfCodeIteration,
  type InfCodePlay,
  type PlayInfCodeOptions,
  playInfCode,
} from './infcode/play-infcode.js';
export { createPolicyCodeAgent } from './infcode/policy-code-agent.js';
export { createPolicyTestAgent, type PolicyTestAgentOptions } from './infcode/policy-test-agent.js';
export { createSearchCodeAgent } from './infcode/search-code-agent.js';
export { createWriterTestAgent, type WriterTestAgentOptions } from './infcode/writer-test-agent.js';
export { type BugFixerOptions, createBugFixer } from './kimi-dev/bug-fixer.js';
export { type KimiDevPlay, type PlayKimiDevOptions, playKimiDev, scoredCandidates } from './kimi-dev/play-kimi-dev.js';
export {
  createPolicyTestWriter,
  type PolicyTestWriterOptions,
  type TestSample,
} from './kimi-dev/policy-test-writer.js';
export {
  type BugFixerGrade,
  type RewardTestWriterOptions,
  rewardBugFixer,
  rewardTestWriter,
  type TestWriterGrade,
} from './kimi-dev/role-rewards.js';
export { MethodError, type MethodErrorCode } from './method-error.js';
export type { Completion } from './roles/complete.js';
export { mapConcurrently } from './roles/map-concurrently.js';
export type { RolePolicies } from './roles/role-policies.js';
export type { RolloutBounds } from './roles/role-rollout.js';
export {
  type AttemptsAtBug,
  type CompareMethodsOptions,
  compareMethods,
  type GradedCandidate,
  type MethodChoice,
  type MethodComparison,
  type MethodResult,
} from './selection/compare-methods.js';
export {
  type AttemptSelection,
  type SelectAttemptOptions,
  type SelectionInput,
  selectAttempt,
} from './selection/select-attempt.js';
export {
  SELECTION_METHODS,
  SELECTION_NEEDS,
  type SelectionMethod,
  type SelectionNeeds,
} from './selection/selection-method.js';
export { type CodeSearchOptions, createCodeSearchTool } from './skyrl/code-search-tool.js';
export type { CodeSearchInput } from './skyrl/search-input.js';
export { createSkyRlToolSet, type SkyRlToolSetOptions } from './skyrl/skyrl-tool-set.js';
export { createSourceStore, type SourceStore } from './skyrl/source-file.js';
export { type DescribeSymptomsOptions, describeSymptoms } from './statements/describe-symptoms.js';
export { describeSpecification, type Statement, type StatementKind, statementOf } from './statements/statement.js';
export { type StatementSource, specificationSource, symptomsSource } from './statements/statement-source.js';
export type {
  AgentlessOptions,
  AgentlessPolicies,
  AgentlessRun,
  AgentlessTestSample,
  RepairSample,
} from './swe-rl/agentless.js';
export { type AgentlessSolverOptions, createAgentlessSolver } from './swe-rl/agentless-solver.js';
export { type AppliedAnswer, applyAnswer } from './swe-rl/apply-answer.js';
export { type CommitRecord, isMidTrainingCommit, type MidTrainingForm } from './swe-rl/mid-training-filter.js';
export {
  filterPullRequest,
  type PullRequestFilterOptions,
  type PullRequestRecord,
  type PullRequestVerdict,
} from './swe-rl/pull-request-filter.js';
export { rewardRepairs } from './swe-rl/reward-repairs.js';
export { runAgentless } from './swe-rl/run-agentless.js';
export { type SampledCompletion, sampleCompletions } from './swe-rl/sample-completions.js';
export { type BuildTrainingTasksOptions, buildTrainingTasks } from './swe-swiss/build-training-tasks.js';
export {
  type AnswerVerdict,
  type FilteredTests,
  type FilterOptions,
  filterLocalisations,
  filterRepairs,
  filterTests,
} from './swe-swiss/filter-answers.js';
export { type NormalisedPatch, normalisePatch } from './swe-swiss/normalise-patch.js';
export { countTestVotes, normaliseTest, type TestVote } from './swe-swiss/normalise-test.js';
export {
  printJsonLines,
  type SftLine,
  sftLine,
  type TrainingKind,
  type TrainingTask,
} from './swe-swiss/training-tasks.js';
export {
  createSpecificationTestWriter,
  type SpecificationTestWriterOptions,
} from './test-writers/specification-test-writer.js';
