export { createTask, type TaskRequest } from './create-task.js';
export type { HiddenOracleRequest, HiddenOracles } from './hidden-oracles/hidden-oracles.js';
export { createHigherOrderTask, type HigherOrderTask } from './higher-order-task.js';
export { auditLeaks } from './leak-audit/audit-leaks.js';
export type {
  AuditLeaksOptions,
  LeakAudit,
  LeakFinding,
  LeakKind,
  LeakSearchTally,
} from './leak-audit/leak-audit.js';
export { LEFT_OUT_FILES } from './left-out-files.js';
export { createPolicySolver, type PolicySolverOptions } from './policy-solver.js';
export { collectPredPatch, type PredPatchCollection } from './pred-patch.js';
export type { CandidateEdit, CandidateSource, LocatedFunction } from './search/candidate-source.js';
export { createSearchSolver, type SearchSolverOptions } from './search/search-solver.js';
export { type Attempt, attemptSeed, type SolveBugOptions, solveAttempt, solveBug } from './solve-bug.js';
export type { SolveOptions, Solver, Submission } from './solver.js';
export { SolverError, type SolverErrorCode } from './solver-error.js';
export {
  readSolverPrompts,
  renderSolverPrompt,
  SOLVER_PROMPTS,
  type SolverPromptName,
  type SolverPrompts,
  type SolverPromptValues,
} from './solver-prompts.js';
export type { SolverTask, TaskView } from './solver-task.js';
export { openTaskWorkspace, specificationFileIn } from './task-workspace.js';
