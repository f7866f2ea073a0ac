import { evaluatePatch } from '@swe-selfplay/evaluation';
import { type SolverTask, solveAttempt } from '@swe-selfplay/solver';
import { deriveSeed } from './derive-seed.js';
import { elapsed, folderName } from './find-bug.js';
import { once } from './journal.js';
import { mapConcurrently } from './map-concurrently.js';
import type { RoundSetup } from './round-setup.js';
import type { AttemptKey, AttemptRecord, EvaluationRecord } from './run-record.js';

/** One episode of the solver and how its patch was graded. */
export interface PlayedAttempt {
  readonly attempt: AttemptRecord;
  /** Undefined where the solver handed in none. */
  readonly predPatch: Uint8Array | undefined;
  /** Undefined where broken infrastructure ended the attempt. */
  readonly evaluation: EvaluationRecord | undefined;
  readonly status: 'solved' | 'unsolved' | 'infra';
}

/** Makes the attempts of a group at one bug and grades each, in a sandbox of its own. */
export async function attemptBug(setup: RoundSetup, task: SolverTask): Promise<PlayedAttempt[]> {
  const numbers = Array.from({ length: setup.settings.groupSize }, (_, index) => index + 1);
  return mapConcurrently(numbers, setup.jobs, async (number) => {
    const key: AttemptKey = { ...setup.key, order: task.order, attempt: number };
    const attempt = await once(setup.journal, { ...key, type: 'attempt' }, () => solve(setup, task, key));
    setup.onEvent({ type: 'attempt-end', record: attempt });
    if (attempt.status === 'infra') return { attempt, predPatch: undefined, evaluation: undefined, status: 'infra' };

    const predPatch = attempt.patch === null ? undefined : await setup.journal.loadPatch(attempt.patch);
    const evaluation = await once(setup.journal, { ...key, type: 'evaluation' }, () =>
      evaluate(setup, task, key, predPatch),
    );
    setup.onEvent({ type: 'evaluation-end', record: evaluation });
    return { attempt, predPatch, evaluation, status: evaluation.status };
  });
}

async function solve(setup: RoundSetup, task: SolverTask, key: AttemptKey): Promise<AttemptRecord> {
  const { solver, runner, provider, signal } = setup;
  const seed = deriveSeed(setup.seed, 'solver', key.order);
  const startedAt = performance.now();
  setup.onEvent({ ...key, type: 'attempt-start', seed });
  signal?.throwIfAborted();
  const options = { seed, runner, provider, ...(signal && { signal }) };
  const attempt = await solveAttempt(task.view, solver, key.attempt - 1, options);
  signal?.throwIfAborted();

  const { outcome } = attempt;
  const notes = outcome.status === 'infra' ? {} : (outcome.notes ?? {});
  const base = { ...key, type: 'attempt', seed: attempt.seed, notes } as const;
  if (outcome.status !== 'submitted') {
    return { ...base, status: outcome.status, patch: null, reason: outcome.reason, ms: elapsed(startedAt) };
  }
  const { environment, round, order } = key;
  const patch = `patches/${folderName(environment)}/round-${round}-order-${order}-attempt-${key.attempt}.diff`;
  await setup.journal.savePatch(patch, outcome.predPatch);
  return { ...base, status: 'submitted', patch, reason: '', ms: elapsed(startedAt) };
}

/** A solver that handed in nothing is graded as one whose patch is empty. */
async function evaluate(
  setup: RoundSetup,
  task: SolverTask,
  key: AttemptKey,
  predPatch: Uint8Array | undefined,
): Promise<EvaluationRecord> {
  const { runner, settings, signal } = setup;
  const { timeoutMs } = settings.rules;
  const options = { runner, timeoutMs, ...(signal && { signal }) };
  const evaluation = await evaluatePatch(task.grading, predPatch ?? new Uint8Array(), options);
  signal?.throwIfAborted();
  return { ...key, type: 'evaluation', ...evaluation };
}
