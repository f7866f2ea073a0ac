import type { Bug } from './attempt-bug.js';
import { deriveSeed } from './derive-seed.js';
import { type Candidate, elapsed } from './find-bug.js';
import { note } from './journal.js';
import { prepareTask, type TaskPreparation } from './prepare-task.js';
import type { RoundSetup } from './round-setup.js';
import type { TaskRecord } from './run-record.js';

/** Most findings that a record lists; the rest are like them. */
const MAX_LISTED_LEAKS = 50;

/** The task of a valid candidate and what was found on the way to it; the bug is there only where it may be tried. */
export interface PreparedBug {
  readonly bug: Bug | undefined;
  readonly record: TaskRecord;
}

/** Makes the bug of a round out of its last candidate; undefined where that is not valid. */
export async function prepareBug(setup: RoundSetup, candidate: Candidate): Promise<PreparedBug | undefined> {
  if (candidate.status !== 'valid') return undefined;
  const startedAt = performance.now();
  const { artifact, injection, validation } = candidate;
  const { hiddenShare, onLeak } = setup.settings;
  // A replay gives the same: the record says what was done, and nothing is read back from it.
  const preparation = await prepareTask(setup.environment, artifact, validation, {
    ...{ provider: setup.provider, hiddenShare, hiddenSeed: deriveSeed(setup.seed, 'hidden'), onLeak },
    ...{ leakSearch: setup.leakSearch, signal: setup.signal },
  });
  const record = { ...setup.key, ...describePreparation(preparation), ms: elapsed(startedAt) };
  note(setup.journal, record);
  setup.onEvent({ type: 'task-end', record });
  const lineage = injection.conversation === null ? [] : [injection.conversation.trajectory];
  const bug = preparation.status === 'ready' ? { task: preparation.task, parent: null, lineage } : undefined;
  return { bug, record };
}

function describePreparation(preparation: TaskPreparation): Omit<TaskRecord, 'environment' | 'round' | 'ms'> {
  const { status, task, audit } = preparation;
  const { hidden } = task;
  return {
    type: 'task',
    status,
    task: task.id,
    reason: preparation.status === 'ready' ? '' : preparation.reason,
    hidden: hidden?.status === 'split' ? { public: hidden.public.length, private: hidden.private.length } : null,
    leaks:
      audit?.findings
        .slice(0, MAX_LISTED_LEAKS)
        .map(({ kind, path, isLeak, scrubbing }) => ({ kind, path, isLeak, scrubbing })) ?? null,
  };
}
