import { createHigherOrderTask, type SolverTask } from '@swe-selfplay/solver';
import type { PlayedAttempt } from './attempt-bug.js';
import { once } from './journal.js';
import type { RoundSetup } from './round-setup.js';
import type { HigherOrderTaskRecord } from './run-record.js';

/** The bug of order 2 that the first fitting failed attempt left behind (SSR 2.4), or undefined where none did. */
export async function raiseOrder(
  setup: RoundSetup,
  task: SolverTask,
  attempts: readonly PlayedAttempt[],
): Promise<SolverTask | undefined> {
  const key = { ...setup.key, type: 'higher-order-task' } as const;
  const record = await once(setup.journal, key, () => chooseParent(setup, task, attempts));
  setup.onEvent({ type: 'higher-order-task-end', record });
  if (record.parentAttempt === null) return undefined;
  const parent = attempts[record.parentAttempt - 1]!;
  const higher = await createHigherOrderTask(task, parent.predPatch!, { sourceAttempt: parent.attempt.patch! });
  return higher.status === 'created' ? higher.task : undefined;
}

async function chooseParent(
  setup: RoundSetup,
  task: SolverTask,
  attempts: readonly PlayedAttempt[],
): Promise<HigherOrderTaskRecord> {
  const base = { ...setup.key, type: 'higher-order-task' } as const;
  const reasons: string[] = [];
  for (const { attempt, predPatch, status } of attempts) {
    if (status !== 'unsolved' || predPatch === undefined) continue;
    const higher = await createHigherOrderTask(task, predPatch, { sourceAttempt: attempt.patch! });
    if (higher.status === 'created') return { ...base, parentAttempt: attempt.attempt, reason: '' };
    reasons.push(`attempt ${attempt.attempt}: ${higher.reason}`);
  }
  const reason = reasons.length > 0 ? reasons.join(' ') : 'No failed attempt handed in a patch.';
  return { ...base, parentAttempt: null, reason };
}
