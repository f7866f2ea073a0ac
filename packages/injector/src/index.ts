export {
  buildEvidence,
  buildTestRun,
  type EvidenceDescription,
  type PlainReport,
  type PlainWitness,
} from './build-evidence.js';
export { buildChangedFile, type ChangedFile, changedLines, type SourceLine } from './changed-file.js';
export type { Check, CheckVerdict, EvidenceStage, Finding } from './check.js';
export { failed, passed, skipped } from './check.js';
export { patchesApply } from './checks/1-patches-apply.js';
export { testFiles } from './checks/2-test-files.js';
export { bugScope } from './checks/3-bug-scope.js';
export { testScript } from './checks/4-test-script.js';
export { testParser } from './checks/5-test-parser.js';
export { determinism } from './checks/6-determinism.js';
export { bugValidity } from './checks/7-bug-validity.js';
export { testWeakening } from './checks/8-test-weakening.js';
export { inverseMutation } from './checks/9-inverse-mutation.js';
export { failShare } from './checks/strict/fail-share.js';
export { failingTestsShown } from './checks/strict/failing-tests-shown.js';
export { neutralEdit } from './checks/strict/neutral-edit.js';
export { noBuildBreak } from './checks/strict/no-build-break.js';
export { noHints } from './checks/strict/no-hints.js';
export { noObfuscation } from './checks/strict/no-obfuscation.js';
export { noPadding } from './checks/strict/no-padding.js';
export { secondWitness } from './checks/strict/second-witness.js';
export { weakeningHidesAll } from './checks/strict/weakening-hides-all.js';
export { weakeningOnlyLoosens } from './checks/strict/weakening-only-loosens.js';
export { DEFAULT_CHECKS } from './default-checks.js';
export {
  type Evidence,
  flakyTests,
  type NeutralRun,
  type ParserProbe,
  type PatchFacts,
  type RevertedRun,
  stableReports,
} from './evidence.js';
export {
  type InjectBugsOptions,
  type InjectionTally,
  injectBugs,
  type SeedOutcome,
  type Validation,
} from './inject-bugs.js';
export type { Injection, InjectOptions, Injector } from './injector.js';
export { InjectorError, type InjectorErrorCode } from './injector-error.js';
export {
  INJECTOR_PROMPTS,
  type InjectorPromptName,
  type InjectorPrompts,
  readDefaultPrompts,
  readInjectorPrompts,
} from './injector-prompts.js';
export { createPolicyInjector, type PolicyInjectorOptions } from './policy-injector.js';
export { POLICY_STRATEGIES, type PolicyStrategy, type PolicyStrategyChoice } from './policy-strategy.js';
export { createProceduralInjector, type ProceduralInjectorOptions } from './procedural/create-procedural-injector.js';
export {
  type DiscoveredTests,
  type DiscoverOptions,
  discoverTests,
  type TestDiscovery,
} from './procedural/discover-tests.js';
export type { Place, SourceCode } from './procedural/source-code.js';
export { PROFILES, type Profile, type ProfileName, rulesUnder } from './profiles.js';
export { type InjectorPromptSubject, renderInjectorPrompt } from './render-injector-prompt.js';
export type { SourceText } from './source-text.js';
export { type MutationOptions, mutation } from './strategies/mutation.js';
export { type RemovalOptions, removal } from './strategies/removal.js';
export { STRATEGIES } from './strategies.js';
export type { Proposal, ProposalStep, Strategy } from './strategy.js';
export { STRICT_CHECKS, STRICT_RULES } from './strict-checks.js';
export { type ValidateOptions, type ValidationReport, validateArtifact } from './validate-artifact.js';
export { DEFAULT_RULES, type RuleOverrides, type ValidationRules, validationRulesSchema } from './validation-rules.js';
