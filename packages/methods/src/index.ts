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
export { MethodError, type MethodErrorCode } from './method-error.js';
export { type DescribeSymptomsOptions, describeSymptoms } from './statements/describe-symptoms.js';
export { describeSpecification, type Statement, type StatementKind, statementOf } from './statements/statement.js';
export { type NormalisedPatch, normalisePatch } from './swe-swiss/normalise-patch.js';
export { countTestVotes, normaliseTest, type TestVote } from './swe-swiss/normalise-test.js';
