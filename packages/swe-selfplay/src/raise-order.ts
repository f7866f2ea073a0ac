import { createHigherOrderTask } from '@swe-selfplay/solver';
import { attemptBug, type Bug, type PlayedAttempt } from './attempt-bug.js';
import { note } from './journal.js';
import type { RoundSetup } from './round-setup.js';
import type { HigherOrderTaskRecord } from './run-record.js';

/** Attempts at the bug that a failed attempt left behind. */
export interface HigherOrderGroup {
  /** Number of the failed attempt. */
  readonly parent: number;
  readonly bug: Bug;
  readonly attempts: readonly PlayedAttempt[];
}

/**
 * Makes bugs of order 2 of failed attempts (SSR 2.4), as many as the settings allow, and lets the solver try each, as a
 * group of its own.
 */
export async function playHigherOrder(
  setup: RoundSetup,
  bug: Bug,
  attempts: readonly PlayedAttempt[],
): Promise<HigherOrderGroup[]> {
  const bugs = await raiseOrder(setup, bug, attempts);
  const groups = await Promise.allSettled(bugs.map((higher) => attemptBug(setup, higher)));
  return groups.map((outcome, index) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return { parent: bugs[index]!.parent!, bug: bugs[index]!, attempts: outcome.value };
  });
}

async function raiseOrder(setup: RoundSetup, bug: Bug, attempts: readonly PlayedAttempt[]): Promise<Bug[]> {
  const bugs: Bug[] = [];
  for (const { attempt, predPatch, status } of attempts) {
    if (bugs.length >= setup.settings.higherOrder) break;
    if (status !== 'unsolved' || predPatch === undefined) continue;
    const parent = attempt.attempt;
    // A replay of what was played gives the same, so that nothing need be read back from the record.
    const higher = await createHigherOrderTask(bug.task, predPatch, { sourceAttempt: attempt.patch! });
    const key = { ...setup.key, type: 'higher-order-task', parent } as const;
    const twin = higher.status === 'created' ? bugs.find(({ task }) => task.id === higher.task.id) : undefined;
    let record: HigherOrderTaskRecord;
    if (higher.status === 'refused') {
      record = { ...key, status: 'refused', task: null, reason: higher.reason };
    } else if (twin !== undefined) {
      const reason = `Attempt ${twin.parent} left the same state behind.`;
      record = { ...key, status: 'refused', task: null, reason };
    } else {
      const ownTrajectory = attempt.conversation === null ? [] : [attempt.conversation.trajectory];
      bugs.push({ task: higher.task, parent, lineage: [...bug.lineage, ...ownTrajectory] });
      record = { ...key, status: 'created', task: higher.task.id, reason: '' };
    }
    note(setup.journal, record);
    setup.onEvent({ type: 'higher-order-task-end', record });
  }
  return bugs;
}
