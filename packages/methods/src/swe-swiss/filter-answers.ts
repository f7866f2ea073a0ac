import { modeOf } from '@swe-selfplay/artifact';
import { evaluatePatch, type TestRunner } from '@swe-selfplay/evaluation';
import type { SolverTask } from '@swe-selfplay/solver';
import { mapConcurrently } from '../roles/map-concurrently.js';
import { applyAnswer } from '../swe-rl/apply-answer.js';
import { keepReproductions } from '../swe-rl/keep-reproductions.js';
import { parseFileList } from '../swe-rl/parse-file-list.js';
import { readSources } from '../swe-rl/source-context.js';
import { fixedSnapshot, selectionTask } from './build-training-tasks.js';
import { countTestVotes } from './normalise-test.js';
import type { TrainingTask } from './training-tasks.js';

/** Whether an answer is worth imitating. `unknown`: the sandbox failed, so nothing is known of it. */
export interface AnswerVerdict {
  readonly status: 'kept' | 'dropped' | 'unknown';
  /** One sentence for a person. */
  readonly reason: string;
}

export interface FilterOptions {
  readonly runner: TestRunner;
  /** Of one run. Default that of the runner. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

type TaskOf<Kind extends TrainingTask['kind']> = Extract<TrainingTask, { readonly kind: Kind }>;

/** Answers with as many files or more are dropped (SWE-Swiss). */
const TOO_MANY_FILES = 5;
/** Runs themselves are bounded by the runner. */
const GRADED_AT_ONCE = 4;

/**
 * Keeps localisations that name every file of the bug and fewer than 5 in all (SWE-Swiss: recall of 1). Names that are
 * no files of the repository count as predicted.
 */
export function filterLocalisations(
  task: Pick<SolverTask, 'view'>,
  { target }: TaskOf<'localise'>,
  answers: readonly string[],
): AnswerVerdict[] {
  return answers.map((answer) => {
    const { files, unknown } = parseFileList(answer, (path) => modeOf(task.view.snapshot, path));
    const found = target.files.filter((path) => files.includes(path)).length;
    const predicted = files.length + unknown;
    const status = found === target.files.length && predicted < TOO_MANY_FILES ? 'kept' : 'dropped';
    return { status, reason: `It names ${found} of ${target.files.length} files, and ${predicted} in all.` };
  });
}

/** Keeps repairs that solve the task: all its tests pass (SWE-Swiss). Throws where `signal` is aborted. */
export async function filterRepairs(
  task: SolverTask,
  { target }: TaskOf<'repair'>,
  answers: readonly string[],
  { runner, timeoutMs, signal }: FilterOptions,
): Promise<AnswerVerdict[]> {
  const sources = await readSources(task.view.snapshot, target.files, Number.POSITIVE_INFINITY);
  const limits = { ...(timeoutMs !== undefined && { timeoutMs }), ...(signal && { signal }) };
  return mapConcurrently(answers, GRADED_AT_ONCE, async (answer): Promise<AnswerVerdict> => {
    const applied = await applyAnswer(task.view.snapshot, sources, answer);
    if (applied.status !== 'patched') return { status: 'dropped', reason: applied.reason };
    const { status, reason } = await evaluatePatch(task.grading, applied.predPatch, { runner, ...limits });
    return { status: VERDICT_OF[status], reason };
  });
}

const VERDICT_OF = { solved: 'kept', unsolved: 'dropped', infra: 'unknown' } as const;

/** Verdicts on tests, and which of those that are kept stands for all. */
export interface FilteredTests {
  readonly verdicts: readonly AnswerVerdict[];
  /** The earliest answer of the normal form that most kept answers have; undefined where none is kept. */
  readonly chosen: number | undefined;
}

/**
 * Keeps programs that print `Issue reproduced` with the bug (SWE-Swiss, evaluation/agentless) and, since the fix of a task
 * is known here, `Issue resolved` without; of these the majority of normal forms chooses one. Of equal programs one is
 * run. Throws where `signal` is aborted.
 */
export async function filterTests(
  task: SolverTask,
  answers: readonly string[],
  options: FilterOptions,
): Promise<FilteredTests> {
  const keeping = { ...options, maxTests: answers.length, writer: 'filter' };
  const buggy = selectionTask(task);
  const before = (await keepReproductions(buggy, answers, keeping)).samples;
  const reproducing = answers.map((answer, index) => (before[index]!.verdict === 'reproduced' ? answer : null));
  const fixed = { ...buggy, view: { ...buggy.view, snapshot: fixedSnapshot(task) } };
  const after = (await keepReproductions(fixed, reproducing, keeping)).samples;
  const verdicts = answers.map((_, index): AnswerVerdict => {
    const [first, second] = [before[index]!.verdict, after[index]!.verdict];
    if (first === null || second === null) return { status: 'unknown', reason: 'The sandbox failed.' };
    if (first !== 'reproduced') return { status: 'dropped', reason: `With the bug it is ${first}.` };
    return { status: second === 'resolved' ? 'kept' : 'dropped', reason: `Without the bug it is ${second}.` };
  });
  const kept = verdicts.flatMap(({ status }, index) => (status === 'kept' ? [index] : []));
  const [majority] = countTestVotes(kept.map((index) => before[index]!.key));
  return { verdicts, chosen: majority && kept[majority.first] };
}
