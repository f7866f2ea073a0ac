import { createHash } from 'node:crypto';
import {
  applyPatch,
  type BugArtifact,
  detachSnapshot,
  diffSnapshots,
  type Patch,
  printPatch,
  reversePatchOn,
  type Snapshot,
  touchedPaths,
} from '@swe-selfplay/artifact';
import type { HiddenOracleRequest, HiddenOracles } from './hidden-oracles/hidden-oracles.js';
import { splitOracles } from './hidden-oracles/split-oracles.js';
import { SolverError } from './solver-error.js';
import type { SolverTask } from './solver-task.js';

export interface TaskRequest {
  readonly original: Snapshot;
  /** A valid artifact; one that does not apply is an error here. */
  readonly artifact: BugArtifact;
  readonly failToPass: readonly string[];
  readonly passToPass: readonly string[];
  /** Ids of the second witness that passed in every run of the original; passed on to grading. */
  readonly witnessed?: readonly string[] | undefined;
  /** Keep some of the failing tests from the solver. Default: show all that was weakened. */
  readonly hidden?: HiddenOracleRequest | undefined;
  /** Where the artifact comes from, for lineage; not judged. */
  readonly parent?: string;
}

/**
 * Makes the task of a valid artifact (SPEC 6): the original with bug and weakened tests, and the reversed weakening as
 * its specification. With `hidden`, private tests are in neither, as far as FAIL_TO_PASS can be split; whether it was is
 * said in `hidden` of the task. Throws SolverError `artifact-does-not-apply` or `invalid-options`.
 */
export async function createTask(request: TaskRequest): Promise<SolverTask> {
  const { original, artifact, witnessed } = request;
  const buggy = await applied(original, artifact.bugInject, 'bug_inject.diff');
  const weakened = await applied(buggy, artifact.testWeaken, 'test_weaken.diff');
  const { task, specification, hidden, hiddenIds } = await specify(request, buggy, weakened);

  const snapshot = detachSnapshot(task);
  const specificationText = printPatch(specification);
  const id = taskId(hiddenIds ? specifiedSource(artifact.id, specificationText) : artifact.id, snapshot);
  return {
    id,
    order: 1,
    parent: request.parent,
    sourceAttempt: undefined,
    ...(hidden && { hidden }),
    view: { id, order: 1, snapshot, specification, specificationText },
    grading: {
      original,
      task,
      testFiles: artifact.testFiles,
      testCommand: artifact.testCommand,
      failToPass: request.failToPass,
      passToPass: request.passToPass,
      ...(witnessed && { witnessed }),
      ...(hiddenIds && { hiddenIds }),
    },
  };
}

interface SpecifiedTask {
  readonly task: Snapshot;
  readonly specification: Patch;
  readonly hidden: HiddenOracles | undefined;
  readonly hiddenIds: readonly string[] | undefined;
}

async function specify(request: TaskRequest, buggy: Snapshot, weakened: Snapshot): Promise<SpecifiedTask> {
  const { artifact, failToPass, passToPass, hidden } = request;
  const weakenedFiles = touchedPaths(artifact.testWeaken);
  const oracles = { buggy, weakened, weakenedFiles, testFiles: artifact.testFiles, failToPass, passToPass };
  const split = hidden && (await splitOracles(oracles, checkedRequest(hidden)));
  if (split?.status === 'split') {
    const { task, specified, hiddenIds } = split;
    return { task, specification: await diffSnapshots(task, specified), hidden: split.oracles, hiddenIds };
  }
  const specification = await reversed(buggy, artifact.testWeaken);
  return { task: weakened, specification, hidden: split, hiddenIds: undefined };
}

function checkedRequest(request: HiddenOracleRequest): HiddenOracleRequest {
  const { share, seed } = request;
  if (share >= 0 && share <= 1 && Number.isFinite(seed)) return request;
  throw new SolverError(
    'invalid-options',
    `Expected hidden oracles with a share of 0..1 and a finite seed, got ${share} and ${seed}.`,
  );
}

/** Tasks of one artifact that show different parts of the tests are different ones; nothing private goes in. */
function specifiedSource(artifactId: string, specificationText: Uint8Array): string {
  return createHash('sha256').update(`${artifactId}\0`).update(specificationText).digest('hex');
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
