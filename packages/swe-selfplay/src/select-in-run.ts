import { type Critic, PolicyError } from '@swe-selfplay/adapter';
import type { Environment } from '@swe-selfplay/artifact';
import type { TestRunner } from '@swe-selfplay/evaluation';
import {
  type AttemptsAtBug,
  compareMethods,
  type GradedCandidate,
  type MethodChoice,
  type MethodComparison,
  type SelectAttemptOptions,
  type SelectionMethod,
  type TestWriter,
} from '@swe-selfplay/methods';
import type { SandboxProvider } from '@swe-selfplay/sandbox';
import { conversationsOf, type TrajectoryRecord } from '@swe-selfplay/trajectory';
import { type AttemptGroup, type RecordedAttempt, readAttemptGroups } from './attempt-groups.js';
import { deriveSeed } from './derive-seed.js';
import { readRun, readTrajectories } from './run-folder.js';

/** As `selectAttempt`, for all bugs of a run. */
export interface SelectInRunOptions extends Omit<SelectAttemptOptions, 'runner'> {
  readonly runner: TestRunner;
  readonly provider: SandboxProvider;
  readonly methods: readonly SelectionMethod[];
  /** Writes the tests that methods choose by. */
  readonly testWriter: TestWriter;
  /** Tests for each bug at most; default 8. */
  readonly testsPerBug?: number | undefined;
  /** Decides what tests are written; default 0. */
  readonly seed?: number | undefined;
  /** Scores conversations, for the methods that want it; without, whether the attempt ended by handing in is the score. */
  readonly scorer?: Critic | undefined;
  /** Attempts k to tell pass@k for; default 1 and powers of two up to the largest group. */
  readonly ks?: readonly number[] | undefined;
  readonly onBug?:
    | ((bug: { readonly id: string; readonly attempts: number; readonly tests: number }) => void)
    | undefined;
  readonly onChoice?: ((choice: MethodChoice) => void) | undefined;
  /** Hears of what was left out. */
  readonly onProblem?: ((message: string) => void) | undefined;
}

export interface RunSelection extends MethodComparison {
  /** Bugs with fewer than two graded attempts, among which there is nothing to choose. */
  readonly bugsLeftOut: number;
}

/**
 * Lets methods choose among the attempts of a run, bug by bug, and compares what they chose with how it was graded, with
 * chance and with a perfect choice. The methods see what a solver saw, and tests that are written for it here; never how
 * an attempt was graded. Throws RunError, see `readAttemptGroups`, MethodError, and the reason of `signal`.
 */
export async function selectInRun(
  folder: string,
  environments: readonly Environment[],
  options: SelectInRunOptions,
): Promise<RunSelection> {
  const { settings } = readRun(folder);
  const { timeoutMs = timeoutOf(settings.rules), scorer, onBug } = options;
  const groups = await readAttemptGroups(folder, environments, options);
  const eligible = groups.filter(({ attempts }) => attempts.filter(({ status }) => status !== 'infra').length > 1);
  const trajectories = new Map<string, TrajectoryRecord>();
  if (scorer !== undefined)
    for (const record of await readTrajectories(folder)) trajectories.set(record.trajectory_id, record);

  const bugs: AttemptsAtBug[] = [];
  for (const group of eligible) {
    const bug = await prepareBug(group, trajectories, options);
    bugs.push(bug);
    onBug?.({ id: bug.id, attempts: bug.candidates.length, tests: bug.tests.length });
  }
  const ks = options.ks ?? powersOfTwo(Math.max(1, ...bugs.map(({ candidates }) => candidates.length)));
  const comparison = await compareMethods(bugs, { ...options, ks, ...(timeoutMs !== undefined && { timeoutMs }) });
  return { ...comparison, bugsLeftOut: groups.length - eligible.length };
}

async function prepareBug(
  group: AttemptGroup,
  trajectories: ReadonlyMap<string, TrajectoryRecord>,
  options: SelectInRunOptions,
): Promise<AttemptsAtBug> {
  const { task, attempts, environment, round, order, parent } = group;
  const { runner, provider, signal, testWriter, testsPerBug = 8, seed = 0 } = options;
  const { testCommand, testFiles } = task.grading;
  const tests = await testWriter.write(task.view, {
    ...{
      count: testsPerBug,
      seed: deriveSeed(seed, 'tests', task.id),
      testCommand,
      testFiles,
      runner,
      provider,
      signal,
    },
  });
  const candidates: GradedCandidate[] = [];
  for (const attempt of attempts) candidates.push(await candidateOf(attempt, trajectories, options));
  const place = `${environment} round ${round}${order === 2 ? ` order 2 of attempt ${parent}` : ''}`;
  return { id: place, task: { view: task.view, testCommand, testFiles }, candidates, tests };
}

async function candidateOf(
  { attempt, predPatch, isFinished, status, trajectory }: RecordedAttempt,
  trajectories: ReadonlyMap<string, TrajectoryRecord>,
  { scorer, signal, onProblem }: SelectInRunOptions,
): Promise<GradedCandidate> {
  const candidate = { id: `attempt ${attempt}`, predPatch, isFinished, outcome: status };
  const record = trajectory === null ? undefined : trajectories.get(trajectory);
  const messages =
    record &&
    (conversationsOf(record)
      .at(-1)
      ?.map(({ message }) => message) ??
      []);
  if (scorer === undefined || status === 'infra') return candidate;
  if (messages === undefined || messages.length === 0) {
    onProblem?.(`Nothing was said in attempt ${attempt}, so that ${scorer.name} cannot score it.`);
    return { ...candidate, score: null };
  }
  try {
    const { score } = await scorer.score(messages, { signal: signal ?? new AbortController().signal });
    return { ...candidate, score };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof PolicyError)) throw error;
    onProblem?.(`${scorer.name} could not score attempt ${attempt}: ${error.message}`);
    return { ...candidate, score: null };
  }
}

function timeoutOf({ timeoutMs }: Readonly<Record<string, number | boolean>>): number | undefined {
  return typeof timeoutMs === 'number' ? timeoutMs : undefined;
}

function powersOfTwo(most: number): number[] {
  const powers: number[] = [];
  for (let k = 1; k < most; k *= 2) powers.push(k);
  return [...powers, most];
}
