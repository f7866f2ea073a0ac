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
