import type { TestRunner } from '@swe-selfplay/evaluation';
import type { SandboxProvider } from '@swe-selfplay/sandbox';
import {
  type Selection,
  selectByTestScore,
  type TestScoreCandidate,
  type TestScoreOptions,
} from '@swe-selfplay/selection';
import { type Attempt, type SolveOptions, type Solver, solveAttempt } from '@swe-selfplay/solver';
import type {
  CandidateEvidence,
  CandidatePatch,
  PatchTestMatrix,
  RunTally,
  SelectionTask,
  TestCounts,
  TestWriter,
  WrittenTest,
} from '../evidence/evidence.js';
import { gatherMatrix } from '../evidence/gather-matrix.js';
import { MethodError } from '../method-error.js';
import { mapConcurrently } from '../roles/map-concurrently.js';

export interface PlayKimiDevOptions {
  /** Makes the patches; two where the first sample has a solver of its own, such as one at temperature 0. */
  readonly fixer: Solver | { readonly first: Solver; readonly others: Solver };
  readonly writer: TestWriter;
  /** N and M. Default 40 each, as in the paper. */
  readonly counts?: { readonly patches: number; readonly tests: number } | undefined;
  readonly seed: number;
  readonly runner: TestRunner;
  readonly provider: SandboxProvider;
  /** Patches in the making at once. Default 2. */
  readonly jobs?: number | undefined;
  readonly scoring?: TestScoreOptions | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onTrajectory?: SolveOptions['onTrajectory'];
}

/** What came of N patches against M tests. */
export interface KimiDevPlay {
  /** All N, in order. */
  readonly attempts: readonly Attempt[];
  /** Of the attempts that did not fail as infra, in order; `id` is the index of the attempt. */
  readonly candidates: readonly CandidatePatch[];
  readonly tests: readonly WrittenTest[];
  readonly matrix: PatchTestMatrix;
  /** Among `candidates`. */
  readonly selection: Selection;
  /** The attempt that was chosen; undefined where there was none to choose. */
  readonly chosen: Attempt | undefined;
  /** Runs asked for and runs made. */
  readonly tally: RunTally;
}

/**
 * Kimi-Dev's self-play at test time (arXiv 2509.23045, Eq. 1): N patches by the BugFixer, M test files by the TestWriter,
 * those dropped that do not fail on the task, every patch run against every test, and the patch chosen whose score is the
 * highest. Nothing here knows the original. Throws MethodError, SandboxError, and on abort.
 */
export async function playKimiDev(task: SelectionTask, options: PlayKimiDevOptions): Promise<KimiDevPlay> {
  const { fixer, writer, counts = { patches: 40, tests: 40 }, seed, runner, provider, signal } = options;
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isSafeInteger(count) || count < 1)
      throw new MethodError('invalid-options', `Expected a number of ${name} from 1 on, got ${count}.`);
  }
  const place = { seed, runner, provider, signal };
  const attempts = await mapConcurrently(range(counts.patches), options.jobs ?? 2, (index) => {
    const solver = 'solve' in fixer ? fixer : index === 0 ? fixer.first : fixer.others;
    return solveAttempt(task.view, solver, index, { ...place, onTrajectory: options.onTrajectory });
  });
  const suite = { testCommand: task.testCommand, testFiles: task.testFiles };
  const tests = await writer.write(task.view, { ...place, ...suite, count: counts.tests });
  const known = attempts.filter(({ outcome }) => outcome.status !== 'infra');
  const candidates = known.map(candidateOf);
  const matrix = await gatherMatrix(task, candidates, tests, { runner, signal, hasRegressions: false });
  const selection = selectByTestScore(scoredCandidates(matrix), options.scoring);
  const chosen = selection.index === undefined ? undefined : known[selection.index];
  return { attempts, candidates, tests, matrix, selection, chosen, tally: matrix.tally };
}

/** The rows of a matrix as Kimi-Dev scores them: a candidate with a run that failed as infra has no score. */
export function scoredCandidates({ candidates }: PatchTestMatrix): TestScoreCandidate[] {
  return candidates.map((evidence: CandidateEvidence) => {
    if (evidence.status === 'none') return { tests: [], patchKey: '' };
    const known = evidence.counts.filter((counts): counts is TestCounts => counts !== null);
    return { tests: known.length === evidence.counts.length ? known : null, patchKey: evidence.stateKey };
  });
}

function candidateOf({ index, outcome }: Attempt): CandidatePatch {
  const isSubmitted = outcome.status === 'submitted';
  const predPatch = isSubmitted ? outcome.predPatch : new Uint8Array();
  return { id: `${index}`, predPatch, isFinished: isSubmitted && outcome.notes?.isFinished !== false };
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
