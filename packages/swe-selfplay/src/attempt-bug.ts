import type { StagePass } from '@swe-selfplay/adapter';
import { evaluatePatch } from '@swe-selfplay/evaluation';
import { type SolverTask, solveAttempt } from '@swe-selfplay/solver';
import { deriveSeed } from './derive-seed.js';
import { trajectoryId } from './episode-record.js';
import { elapsed, folderName } from './find-bug.js';
import { once } from './journal.js';
import { keepConversation } from './keep-conversation.js';
import type { RoundSetup } from './round-setup.js';
import type { AttemptKey, AttemptRecord, EvaluationRecord } from './run-record.js';

/** A bug to solve and where it comes from. */
export interface Bug {
  readonly task: SolverTask;
  /** For order 2 the attempt of order 1 that left it behind. */
  readonly parent: number | null;
  /** Trajectories that led to it: the injector's, then the failed attempt's, as far as there are any. */
  readonly lineage: readonly string[];
}

/** One episode of the solver and how its patch was graded. */
export interface PlayedAttempt {
  readonly attempt: AttemptRecord;
  /** Undefined where the solver handed in none. */
  readonly predPatch: Uint8Array | undefined;
  /** Undefined where broken infrastructure ended the attempt. */
  readonly evaluation: EvaluationRecord | undefined;
  readonly status: 'solved' | 'unsolved' | 'infra';
}

/** Makes the attempts of a group at one bug, side by side, and grades each in a sandbox of its own. */
export async function attemptBug(setup: RoundSetup, bug: Bug): Promise<PlayedAttempt[]> {
  const failure = new AbortController();
  const signal = setup.signal ? AbortSignal.any([setup.signal, failure.signal]) : failure.signal;
  const numbers = Array.from({ length: setup.settings.groupSize }, (_, index) => index + 1);
  const played = await Promise.allSettled(
    numbers.map(async (number) => {
      try {
        const episode = { group: bug.task.id, signal };
        return await setup.dispatcher.episode(episode, (pass) => playAttempt({ ...setup, signal }, bug, number, pass));
      } catch (error) {
        failure.abort(error);
        throw error;
      }
    }),
  );
  return played.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

async function playAttempt(setup: RoundSetup, bug: Bug, number: number, pass: StagePass): Promise<PlayedAttempt> {
  const key: AttemptKey = { ...setup.key, order: bug.task.order, parent: bug.parent, attempt: number };
  const attempt = await once(setup.journal, { ...key, type: 'attempt' }, () => solve(setup, bug, key, pass));
  setup.onEvent({ type: 'attempt-end', record: attempt });
  if (attempt.status === 'infra') return { attempt, predPatch: undefined, evaluation: undefined, status: 'infra' };

  const predPatch = attempt.patch === null ? undefined : await setup.journal.loadPatch(attempt.patch);
  const evaluation = await once(setup.journal, { ...key, type: 'evaluation' }, async () => {
    await pass.enter('judge');
    return evaluate(setup, bug.task, key, predPatch);
  });
  setup.onEvent({ type: 'evaluation-end', record: evaluation });
  return { attempt, predPatch, evaluation, status: evaluation.status };
}

async function solve(setup: RoundSetup, bug: Bug, key: AttemptKey, pass: StagePass): Promise<AttemptRecord> {
  const { solver, runner, provider, signal } = setup;
  const { task, parent, lineage } = bug;
  const seed = deriveSeed(setup.seed, 'solver', key.order, ...(parent === null ? [] : [parent]));
  const conversation = keepConversation(
    setup,
    {
      role: 'solver',
      group_id: task.id,
      task_id: task.id,
      attempt: key.attempt,
      order: key.order,
      parent_ids: lineage,
      seed,
    },
    pass,
  );
  if (solver.hasStages !== true) await conversation.pass.enter('run');
  signal?.throwIfAborted();
  setup.onEvent({ ...key, type: 'attempt-start', seed });
  const startedAt = performance.now();
  const attempt = await solveAttempt(task.view, solver, key.attempt - 1, {
    seed,
    runner,
    provider,
    signal,
    pass: conversation.pass,
    trajectoryId: trajectoryId(setup, 'solver', task.id, key.attempt),
    onTrajectory: conversation.onTrajectory,
  });
  signal?.throwIfAborted();

  const { outcome } = attempt;
  const notes = outcome.status === 'infra' ? {} : (outcome.notes ?? {});
  const kept = await conversation.keep();
  const base = { ...key, type: 'attempt', seed: attempt.seed, notes, conversation: kept } as const;
  if (outcome.status !== 'submitted') {
    return { ...base, status: outcome.status, patch: null, reason: outcome.reason, ms: elapsed(startedAt) };
  }
  const patch = `patches/${folderName(key.environment)}/${patchName(key)}.diff`;
  await setup.journal.savePatch(patch, outcome.predPatch);
  return { ...base, status: 'submitted', patch, reason: '', ms: elapsed(startedAt) };
}

function patchName({ round, order, parent, attempt }: AttemptKey): string {
  return `round-${round}-order-${order}${parent === null ? '' : `-of-${parent}`}-attempt-${attempt}`;
}

/** A solver that handed in nothing is graded as one whose patch is empty. */
async function evaluate(
  setup: RoundSetup,
  task: SolverTask,
  key: AttemptKey,
  predPatch: Uint8Array | undefined,
): Promise<EvaluationRecord> {
  const { runner, settings, refusedFlags, signal } = setup;
  const { timeoutMs } = settings.rules;
  const options = { runner, timeoutMs, refusedFlags, ...(signal && { signal }) };
  const evaluation = await evaluatePatch(task.grading, predPatch ?? new Uint8Array(), options);
  signal?.throwIfAborted();
  return { ...key, type: 'evaluation', ...evaluation };
}
