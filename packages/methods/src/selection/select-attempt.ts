import {
  type ConsistencyOptions,
  type Selection,
  selectByTestScore,
  type TestScoreOptions,
} from '@swe-selfplay/selection';
import type { CandidatePatch, PatchTestMatrix, RunTally, SelectionTask, WrittenTest } from '../evidence/evidence.js';
import { type GatherOptions, gatherMatrix } from '../evidence/gather-matrix.js';
import { scoredCandidates } from '../kimi-dev/play-kimi-dev.js';
import { MethodError } from '../method-error.js';
import { normalisePatch } from '../swe-swiss/normalise-patch.js';
import { type CriticChoiceOptions, chooseByCritic } from './choices/choose-by-critic.js';
import { chooseDeepswe, type DeepsweOptions } from './choices/choose-deepswe.js';
import { chooseInfcode } from './choices/choose-infcode.js';
import { chooseSweRl, type SweRlOptions } from './choices/choose-swe-rl.js';
import { chooseSweSwiss } from './choices/choose-swe-swiss.js';
import { SELECTION_METHODS, SELECTION_NEEDS, type SelectionMethod, type SelectionNeeds } from './selection-method.js';
import type { GatheredEvidence } from './written-evidence.js';

export interface SelectionInput {
  readonly task: SelectionTask;
  /** In the order of the attempts: most ties go to the earlier one. */
  readonly candidates: readonly CandidatePatch[];
  readonly tests: readonly WrittenTest[];
}

export interface SelectAttemptOptions extends Omit<GatherOptions, 'hasRegressions' | 'keepsPassingTests'> {
  /** What patches are compared as where a method takes votes; default `normalisePatch`. Empty: no patch to vote for. */
  readonly normalise?: ((task: SelectionTask, effectivePatch: Uint8Array) => Promise<string>) | undefined;
  readonly kimiDev?: Omit<TestScoreOptions, 'discardsPassing'> | undefined;
  readonly sweSwiss?: ConsistencyOptions | undefined;
  readonly deepswe?: DeepsweOptions | undefined;
  readonly sweRl?: SweRlOptions | undefined;
  readonly critic?: CriticChoiceOptions | undefined;
}

/** A choice, what it rests on and what it took. */
export interface AttemptSelection {
  readonly method: SelectionMethod;
  /** Indices are those of the candidates that were given. */
  readonly selection: Selection;
  readonly needs: SelectionNeeds;
  readonly matrix: PatchTestMatrix;
  readonly tally: RunTally;
}

/**
 * Chooses one of several attempts by a method of the field, executing what the method needs and nothing else. The choice
 * does not depend on the order of the candidates but for ties, which the selectors of `selection` settle by it, and but
 * for InfCode's iteration. A candidate without a patch that has an effect is never chosen.
 * Throws MethodError `invalid-options`, SelectionError for scores that are no numbers, and the reason of `signal`.
 */
export async function selectAttempt(
  method: SelectionMethod,
  { task, candidates, tests }: SelectionInput,
  options: SelectAttemptOptions,
): Promise<AttemptSelection> {
  if (!SELECTION_METHODS.includes(method)) {
    const known = SELECTION_METHODS.join(', ');
    throw new MethodError('invalid-options', `Expected a method out of ${known}, got ${method}.`);
  }
  const needs = SELECTION_NEEDS[method];
  const { runner, timeoutMs, signal, guardRules, onProgress } = options;
  const gather = { runner, timeoutMs, signal, guardRules, onProgress, hasRegressions: needs.regressions };
  const matrix = await gatherMatrix(task, candidates, tests, gather);
  const selection = await choose(method, task, { candidates, matrix }, options);
  return { method, selection, needs, matrix, tally: matrix.tally };
}

async function choose(
  method: SelectionMethod,
  task: SelectionTask,
  evidence: GatheredEvidence,
  options: SelectAttemptOptions,
): Promise<Selection> {
  switch (method) {
    case 'kimi-dev':
      return selectByTestScore(scoredCandidates(evidence.matrix), options.kimiDev);
    case 'swe-swiss':
      return chooseSweSwiss(evidence, await normalisedPatches(task, evidence, options), options.sweSwiss);
    case 'deepswe':
      return chooseDeepswe(evidence, options.deepswe);
    case 'swe-rl':
      return chooseSweRl(evidence, await normalisedPatches(task, evidence, options), options.sweRl);
    case 'critic':
      return chooseByCritic(evidence, options.critic);
    case 'infcode':
      return chooseInfcode(evidence);
  }
}

/** By candidate; the normal form of what is left of its patch once tests are put back. */
async function normalisedPatches(
  task: SelectionTask,
  { matrix }: GatheredEvidence,
  { normalise = normalForm }: SelectAttemptOptions,
): Promise<string[]> {
  const patches: string[] = [];
  for (const evidence of matrix.candidates) {
    patches.push(evidence.status === 'ready' ? await normalise(task, evidence.effectivePatch) : '');
  }
  return patches;
}

async function normalForm({ view }: SelectionTask, effectivePatch: Uint8Array): Promise<string> {
  const normalised = await normalisePatch(view.snapshot, effectivePatch);
  return normalised.status === 'normalised' ? normalised.text : '';
}
