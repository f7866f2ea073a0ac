import { passAtK } from '@swe-selfplay/reward';
import { type SelectionSummary, summariseSelection } from '@swe-selfplay/selection';
import type { CandidatePatch, RunTally, SelectionTask, WrittenTest } from '../evidence/evidence.js';
import { MethodError } from '../method-error.js';
import { type AttemptSelection, type SelectAttemptOptions, selectAttempt } from './select-attempt.js';
import type { SelectionMethod } from './selection-method.js';

/** An attempt and how it was graded, which no method is told. `infra`: that is not known; it is not chosen from. */
export interface GradedCandidate extends CandidatePatch {
  readonly outcome: 'solved' | 'unsolved' | 'infra';
}

/** The attempts at one bug. */
export interface AttemptsAtBug {
  readonly id: string;
  readonly task: SelectionTask;
  readonly candidates: readonly GradedCandidate[];
  readonly tests: readonly WrittenTest[];
}

export interface CompareMethodsOptions extends SelectAttemptOptions {
  /** Each counts once. */
  readonly methods: readonly SelectionMethod[];
  /** Values of k to tell pass@k for; those above the attempts of a bug use all of them. Default: none. */
  readonly ks?: readonly number[] | undefined;
  readonly onChoice?: ((choice: MethodChoice) => void) | undefined;
}

/** What one method chose for one bug. */
export interface MethodChoice {
  readonly bug: string;
  readonly method: SelectionMethod;
  /** Undefined where it chose none. */
  readonly chosen: string | undefined;
  readonly outcome: 'solved' | 'unsolved' | undefined;
  readonly reason: string;
  /** Written tests that fail on the task, out of those that were written. */
  readonly tests: { readonly kept: number; readonly written: number };
  readonly tally: RunTally;
}

export interface MethodResult {
  readonly method: SelectionMethod;
  /** `solvedAtOne` leaves out bugs for which it chose nothing. */
  readonly summary: SelectionSummary;
  /** Share of all bugs with a graded attempt whose choice is solved; nothing chosen is nothing solved. */
  readonly solvedShare: number | undefined;
  /** Over all bugs; what was executed for an earlier method is cached for a later one. */
  readonly tally: RunTally;
  readonly choices: readonly MethodChoice[];
}

export interface MethodComparison {
  /** Bugs with at least one graded attempt. */
  readonly bugs: number;
  readonly graded: number;
  readonly solved: number;
  /** Attempts that infrastructure ended: left out of everything. */
  readonly infra: number;
  /** Mean share of solved attempts: what a blind choice solves. */
  readonly chance: number | undefined;
  /** Share of bugs that any attempt solves: what a perfect choice solves. */
  readonly passAtAll: number | undefined;
  /** Mean pass@k over bugs (arXiv 2107.03374), for the values of k that were asked for. */
  readonly passAtK: readonly { readonly k: number; readonly value: number | undefined }[];
  readonly methods: readonly MethodResult[];
}

/**
 * Lets every method choose among the attempts at each bug, and joins how the choice was graded. Bugs without a graded
 * attempt are left out. One bug and method after the other, so that the tally of each tells what it took beyond those
 * before it. Throws as `selectAttempt` does.
 */
export async function compareMethods(
  bugs: readonly AttemptsAtBug[],
  options: CompareMethodsOptions,
): Promise<MethodComparison> {
  for (const k of options.ks ?? []) {
    if (!Number.isSafeInteger(k) || k < 1) throw new MethodError('invalid-options', `Expected k from 1 on, got ${k}.`);
  }
  const choices: MethodChoice[] = [];
  const methods = [...new Set(options.methods)];
  const groups = bugs.map(gradedGroup).filter(({ graded }) => graded.length > 0);
  for (const { bug, graded } of groups) {
    for (const method of methods) {
      const { task, tests } = bug;
      const made = await selectAttempt(method, { task, candidates: graded.map(withoutOutcome), tests }, options);
      const choice = choiceOf(bug, graded, made);
      choices.push(choice);
      options.onChoice?.(choice);
    }
  }
  const counts = groups.map(({ graded }) => ({ samples: graded.length, solved: countSolved(graded) }));
  const chance = counts.map(({ samples, solved }) => solved / samples);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const mean = (values: readonly number[]) => (values.length === 0 ? undefined : sum(values) / values.length);
  return {
    bugs: groups.length,
    graded: sum(counts.map(({ samples }) => samples)),
    solved: sum(counts.map(({ solved }) => solved)),
    infra: sum(bugs.map(({ candidates }) => candidates.filter(({ outcome }) => outcome === 'infra').length)),
    chance: mean(chance),
    passAtAll: mean(counts.map(({ solved }) => Number(solved > 0))),
    passAtK: (options.ks ?? []).map((k) => ({
      k,
      value: mean(counts.map(({ samples, solved }) => passAtK(samples, solved, Math.min(k, samples)))),
    })),
    methods: methods.map((method) => resultOf(method, groups, choices)),
  };
}

interface GradedGroup {
  readonly bug: AttemptsAtBug;
  readonly graded: readonly GradedCandidate[];
}

/** What is left out keeps its place: the fifth attempt is that also where the fourth was ended by infrastructure. */
function gradedGroup(bug: AttemptsAtBug): GradedGroup {
  const placed = bug.candidates.map((candidate, iteration) => ({ iteration, ...candidate }));
  return { bug, graded: placed.filter(({ outcome }) => outcome !== 'infra') };
}

/** A method gets what was handed in; not what came of it. */
function withoutOutcome({ outcome: _, ...candidate }: GradedCandidate): CandidatePatch {
  return candidate;
}

function choiceOf(bug: AttemptsAtBug, graded: readonly GradedCandidate[], made: AttemptSelection): MethodChoice {
  const { index, reason } = made.selection;
  const chosen = index === undefined ? undefined : graded[index];
  return {
    bug: bug.id,
    method: made.method,
    chosen: chosen?.id,
    outcome: chosen === undefined || chosen.outcome === 'infra' ? undefined : chosen.outcome,
    reason,
    tests: { kept: made.matrix.tests.length, written: bug.tests.length },
    tally: made.tally,
  };
}

function resultOf(method: SelectionMethod, groups: readonly GradedGroup[], all: readonly MethodChoice[]): MethodResult {
  const choices = all.filter((choice) => choice.method === method);
  const summary = summariseSelection(
    groups.map(({ graded }, index) => {
      const outcome = choices[index]?.outcome;
      return {
        chosen: outcome === undefined ? null : outcome === 'solved',
        solved: countSolved(graded),
        graded: graded.length,
      };
    }),
  );
  const solvedShare = summary.groups === 0 ? undefined : summary.solved / summary.groups;
  return { method, summary, solvedShare, tally: sumTallies(choices.map(({ tally }) => tally)), choices };
}

function countSolved(graded: readonly GradedCandidate[]): number {
  return graded.filter(({ outcome }) => outcome === 'solved').length;
}

function sumTallies(tallies: readonly RunTally[]): RunTally {
  const sum = { requested: 0, distinct: 0, executed: 0, cached: 0 };
  for (const tally of tallies) {
    for (const name of ['requested', 'distinct', 'executed', 'cached'] as const) sum[name] += tally[name];
  }
  return sum;
}
