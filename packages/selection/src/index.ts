export { analyseTest, type TestAnalysis } from './analyse-test.js';
export { agentFinishedCritic, emptyPatchCritic, type FinishedAttempt, passCritic } from './critics.js';
export { executionFreeScore, MISSING_LOG_PROBABILITY } from './execution-free-score.js';
export { levenshteinRatio } from './levenshtein-ratio.js';
export { isCriticSuccess, issuesToTell, needsRefinement, REFINEMENT, type RefinementThresholds } from './refinement.js';
export type { Selection } from './selection.js';
export { SelectionError, type SelectionErrorCode } from './selection-error.js';
export { type AgentlessCandidate, rerankAgentless } from './selectors/rerank-agentless.js';
export {
  type AdversarialCandidate,
  type AdversarialStop,
  DEFAULT_ADVERSARIAL_CAP,
  selectAdversarial,
  stopAfter,
} from './selectors/select-adversarial.js';
export {
  type ConsistencyCandidate,
  type ConsistencyOptions,
  selectByConsistency,
} from './selectors/select-by-consistency.js';
export { type CriticCandidate, type CriticSelectionOptions, selectByCritic } from './selectors/select-by-critic.js';
export {
  selectByTestScore,
  type TestFileCounts,
  type TestScoreCandidate,
  type TestScoreOptions,
  testScore,
} from './selectors/select-by-test-score.js';
export { type HybridCandidate, type HybridOptions, selectHybrid } from './selectors/select-hybrid.js';
export {
  DEFAULT_MAX_ATTEMPTS,
  type IterativeOptions,
  needsAnotherAttempt,
  selectIterative,
  temperatureOf,
} from './selectors/select-iterative.js';
export { selectMajority } from './selectors/select-majority.js';
export { type SelectedGroup, type SelectionSummary, summariseSelection } from './summarise-selection.js';
