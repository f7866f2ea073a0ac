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
export { MethodError, type MethodErrorCode } from './method-error.js';
export { type DescribeSymptomsOptions, describeSymptoms } from './statements/describe-symptoms.js';
export { describeSpecification, type Statement, type StatementKind, statementOf } from './statements/statement.js';
