import { createHash } from 'node:crypto';
import {
  applyPatch,
  type BugArtifact,
  detachSnapshot,
  type Patch,
  printPatch,
  reversePatchOn,
  type Snapshot,
} from '@swe-selfplay/artifact';
import { SolverError } from './solver-error.js';
import type { SolverTask } from './solver-task.js';

export interface TaskRequest {
  readonly original: Snapshot;
  /** A valid artifact; one that does not apply is an error here. */
  readonly artifact: BugArtifact;
  readonly failToPass: readonly string[];
  readonly passToPass: readonly string[];
  /** Where the artifact comes from, for lineage; not judged. */
  readonly parent?: string;
}

/**
 * Makes the task of a valid artifact (SPEC 6): the original with bug and weakened tests, and the reversed weakening as
 * its specification. Throws SolverError `artifact-does-not-apply`.
 */
export async function createTask(request: TaskRequest): Promise<SolverTask> {
  const { original, artifact } = request;
  const buggy = await applied(original, artifact.bugInject, 'bug_inject.diff');
  const task = await applied(buggy, artifact.testWeaken, 'test_weaken.diff');
  const specification = await reversed(buggy, artifact.testWeaken);

  const snapshot = detachSnapshot(task);
  const id = taskId(artifact.id, snapshot);
  return {
    id,
    order: 1,
    parent: request.parent,
    sourceAttempt: undefined,
    view: { id, order: 1, snapshot, specification, specificationText: printPatch(specification) },
    grading: {
      original,
      task,
      testFiles: artifact.testFiles,
      testCommand: artifact.testCommand,
      failToPass: request.failToPass,
      passToPass: request.passToPass,
    },
  };
}

/** Names a task by what it is made of; nothing of the original goes in. */
export function taskId(source: string, snapshot: Snapshot): string {
  return createHash('sha256').update(`task\0${source}\0${snapshot.digest}`).digest('hex');
}

async function applied(snapshot: Snapshot, patch: Patch, file: string): Promise<Snapshot> {
  const application = await applyPatch(snapshot, patch);
  if (application.status === 'applied') return application.snapshot;
  throw new SolverError(
    'artifact-does-not-apply',
    `Expected ${file} of a validated artifact to apply; ${application.reason}`,
  );
}

async function reversed(buggy: Snapshot, testWeaken: Patch): Promise<Patch> {
  const reversal = await reversePatchOn(buggy, testWeaken);
  if (reversal.status === 'reversed') return reversal.patch;
  throw new SolverError('artifact-does-not-apply', `Expected test_weaken.diff to be reversible; ${reversal.reason}`);
}
