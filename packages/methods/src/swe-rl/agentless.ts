import type { TestRunner } from '@swe-selfplay/evaluation';
import type { Selection } from '@swe-selfplay/selection';
import type { PatchTestMatrix, RunTally, WrittenTest } from '../evidence/evidence.js';
import type { RolePolicies } from '../roles/role-policies.js';
import type { Statement, StatementKind } from '../statements/statement.js';
import type { AppliedAnswer } from './apply-answer.js';
import type { ReproductionSample } from './keep-reproductions.js';
import type { Location } from './localise.js';
import type { SampledCompletion } from './sample-completions.js';

/** Who answers in each stage. A policy is opened for one temperature, so stages at other temperatures are other policies. */
export interface AgentlessPolicies {
  readonly locate: RolePolicies;
  readonly repair: RolePolicies;
  readonly writeTest: RolePolicies;
}

/** The policies of all stages; one that is given alone plays them all. */
export function agentlessPolicies(policies: AgentlessPolicies | RolePolicies): AgentlessPolicies {
  return 'locate' in policies ? policies : { locate: policies, repair: policies, writeTest: policies };
}

export interface AgentlessOptions {
  /** Part of the id of every answer: equal seeds ask for equal answers. */
  readonly seed: number;
  readonly runner: TestRunner;
  readonly signal?: AbortSignal | undefined;
  /** What the policy is told instead of an issue. Default `symptoms`. */
  readonly statement?: StatementKind | undefined;
  /** Answers that localise, n. Default 4. */
  readonly locations?: number | undefined;
  /** Answers that repair, m, dealt out over the unique sets of files. Default 40; SWE-RL takes 500 at temperature 1. */
  readonly repairs?: number | undefined;
  /** Answers that write a reproduction test, k; 0: none. Default 40. */
  readonly tests?: number | undefined;
  /** Reproduction tests that are kept, N. Default 30, as SWE-RL. */
  readonly maxTests?: number | undefined;
  /** Files of one localisation. Default 5. */
  readonly maxFiles?: number | undefined;
  /** Characters of the list of files in a prompt. Default 40 000. */
  readonly maxListingCharacters?: number | undefined;
  /** Characters of all files that are shown in one prompt. Default 200 000. */
  readonly maxSourceCharacters?: number | undefined;
  /** Answers that are waited for at once. Default 8. */
  readonly concurrency?: number | undefined;
  /** Wall time of one answer. Default ten minutes. */
  readonly answerTimeoutMs?: number | undefined;
  /** Wall time of one run. Default that of the runner. */
  readonly runTimeoutMs?: number | undefined;
}

/** One answer that repairs. */
export interface RepairSample {
  readonly prompt: string;
  readonly completion: SampledCompletion;
  /** The files that it was shown, whole. */
  readonly sources: ReadonlyMap<string, string>;
  /** `unanswered`: there is nothing to apply, see `completion`. */
  readonly outcome: AppliedAnswer | { readonly status: 'unanswered'; readonly reason: string };
  /** Equal for patches that count as one; empty where there is none. */
  readonly patchKey: string;
}

/** One answer that writes a reproduction test. */
export interface AgentlessTestSample extends ReproductionSample {
  readonly prompt: string;
  readonly completion: SampledCompletion;
}

/** All that Agentless-mini asked, got and ran on one task. */
export interface AgentlessRun {
  readonly statement: Statement;
  readonly locatePrompt: string;
  readonly locateSamples: readonly SampledCompletion[];
  /** Unique sets of files, most votes first; empty: nothing was found, and nothing further was asked. */
  readonly locations: readonly Location[];
  readonly repairs: readonly RepairSample[];
  readonly testSamples: readonly AgentlessTestSample[];
  /** Those that reproduce the issue and were kept, most votes first. */
  readonly tests: readonly WrittenTest[];
  /** Rows are `repairs`; undefined where nothing was found. */
  readonly matrix: PatchTestMatrix | undefined;
  /** Indices are those of `repairs`. */
  readonly selection: Selection;
  /** The chosen `pred_patch.diff`; undefined where there is none to choose. */
  readonly predPatch: Uint8Array | undefined;
  readonly tally: RunTally;
}
