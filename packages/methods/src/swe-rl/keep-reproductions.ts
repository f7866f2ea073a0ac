import { EvaluationError, type TestRunner } from '@swe-selfplay/evaluation';
import { taskWithTest } from '../evidence/candidate-states.js';
import { findTestProblem } from '../evidence/check-written-test.js';
import type { RunTally, SelectionTask, WrittenTest } from '../evidence/evidence.js';
import { mapConcurrently } from '../roles/map-concurrently.js';
import { countTestVotes, normaliseTest } from '../swe-swiss/normalise-test.js';
import { programIn, type ReproductionVerdict, reproductionTest, verdictOf } from './reproduction-test.js';

/** What became of one answer. Null verdict: the sandbox failed, and nothing is known. `no-program`: none could be read. */
export interface ReproductionSample {
  readonly verdict: ReproductionVerdict | 'no-program' | null;
  /** Normal form by which it is counted; empty without a program. */
  readonly key: string;
}

export interface KeptReproductions {
  /** One for each answer, in their order. */
  readonly samples: readonly ReproductionSample[];
  /** Tests that reproduce the issue, most votes first; of equal ones the one that was written first stands for all. */
  readonly tests: readonly (WrittenTest & { readonly votes: number })[];
  readonly tally: RunTally;
}

export interface KeepOptions {
  /** Most tests that are kept. SWE-RL: 30. */
  readonly maxTests: number;
  readonly writer: string;
  readonly runner: TestRunner;
  /** Of one run. Default that of the runner. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Ran {
  readonly verdict: ReproductionVerdict | null;
  readonly isCached: boolean;
}

/**
 * Runs the programs of answers on the task as it is and keeps those that print `Issue reproduced`, the `maxTests` most
 * written ones (SWE-RL, arXiv 2502.18449, App. B; SWE-Swiss counts them by normal form). Of programs with one normal form
 * the first is run. Null answers are ones that failed. Throws where `signal` is aborted.
 */
export async function keepReproductions(
  task: SelectionTask,
  answers: readonly (string | null)[],
  options: KeepOptions,
): Promise<KeptReproductions> {
  const { snapshot } = task.view;
  const programs = answers.map((answer) => (answer === null ? undefined : programIn(answer)));
  const keys = programs.map((program) => (program === undefined ? '' : normaliseTest(program)));
  const tests = new Map<string, WrittenTest>();
  for (const [index, key] of keys.entries()) {
    const program = programs[index];
    if (program !== undefined && !tests.has(key)) tests.set(key, reproductionTest(snapshot, program, options.writer));
  }
  const ran = new Map<string, Ran>();
  // All at once, as the runner has its own bound; where one fails, the others are waited for.
  await mapConcurrently([...tests], Math.max(1, tests.size), async ([key, test]) =>
    ran.set(key, await runOnTask(task, test, options)),
  );
  const samples = keys.map((key, index): ReproductionSample => {
    if (programs[index] === undefined) return { verdict: 'no-program', key };
    return { verdict: ran.get(key)!.verdict, key };
  });
  const reproducing = samples.filter(({ verdict }) => verdict === 'reproduced').map(({ key }) => key);
  const kept = countTestVotes(reproducing).slice(0, options.maxTests);
  return {
    samples,
    tests: kept.map(({ key, votes }) => ({ ...tests.get(key)!, votes })),
    tally: tallyOf(programs.filter((program) => program !== undefined).length, [...ran.values()]),
  };
}

async function runOnTask(task: SelectionTask, test: WrittenTest, options: KeepOptions): Promise<Ran> {
  const { runner, timeoutMs, signal } = options;
  if (findTestProblem(task, test) !== undefined) return { verdict: 'unclear', isCached: true };
  try {
    const limits = { ...(timeoutMs !== undefined && { timeoutMs }), ...(signal && { signal }) };
    const run = await runner.run(taskWithTest(task, test), test.command, limits);
    return { verdict: verdictOf(run), isCached: run.isCached };
  } catch (error) {
    if (error instanceof EvaluationError) return { verdict: null, isCached: false };
    throw error;
  }
}

function tallyOf(requested: number, ran: readonly Ran[]): RunTally {
  const cached = ran.filter(({ isCached }) => isCached).length;
  const failed = ran.filter(({ verdict }) => verdict === null).length;
  return { requested, distinct: ran.length, cached, executed: ran.length - cached - failed };
}
