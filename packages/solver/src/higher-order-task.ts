import {
  applyPatch,
  changedPaths,
  detachSnapshot,
  listPaths,
  parsePatch,
  restoreFiles,
  type Snapshot,
  touchedPaths,
  withFiles,
} from '@swe-selfplay/artifact';
import { guardedFiles, scaffoldPaths } from '@swe-selfplay/evaluation';
import { taskId } from './create-task.js';
import { SolverError } from './solver-error.js';
import type { SolverTask } from './solver-task.js';

/** An order-2 task, or why the attempt makes none. */
export type HigherOrderTask =
  | { readonly status: 'created'; readonly task: SolverTask }
  | { readonly status: 'refused'; readonly reason: string };

/**
 * Makes an order-2 task of a failed attempt: the state that the attempt left behind, to be solved against the same
 * specification and oracle.
 *
 * Oracle tests, files of the specification, guarded files and what else grading puts back are in it what they are in the
 * order-1 task; what the attempt did to them is dropped. So the specification applies, and nobody inherits a change of how tests run.
 * FAIL_TO_PASS and PASS_TO_PASS are those of the artifact: solved means their union, which the attempt does not change.
 * Tests that were kept from the solver stay so.
 *
 * Throws SolverError `order-too-high` for a task of order 2: there is no order 3 (SPEC 1).
 */
export async function createHigherOrderTask(
  task: SolverTask,
  failedPredPatch: Uint8Array,
  options: { readonly sourceAttempt: string },
): Promise<HigherOrderTask> {
  if (task.order !== 1)
    throw new SolverError(
      'order-too-high',
      `Expected a task of order 1 to make one of order 2, got order ${task.order}.`,
    );

  const parse = parsePatch(failedPredPatch);
  if (parse.status === 'refused') return { status: 'refused', reason: parse.reason };
  const application = await applyPatch(task.grading.task, parse.patch);
  if (application.status === 'refused') return { status: 'refused', reason: application.reason };

  const left = restoreFiles(application.snapshot, task.grading.task, protectedPaths(task, application.snapshot));
  if (left.digest === task.grading.task.digest)
    return {
      status: 'refused',
      reason: 'The attempt changed nothing that stays: its state is the task it started from.',
    };

  // What leaked from the task of order 1 would leak from this one.
  const scrubbed = (task.view.scrubbedPaths ?? []).map((path) => [path, null] as const);
  const snapshot = detachSnapshot(withFiles(left, scrubbed));
  const id = taskId(task.id, snapshot);
  return {
    status: 'created',
    task: {
      id,
      order: 2,
      parent: task.id,
      sourceAttempt: options.sourceAttempt,
      ...(task.hidden && { hidden: task.hidden }),
      view: { ...task.view, id, order: 2, snapshot },
      grading: { ...task.grading, task: left },
    },
  };
}

/** What an attempt may not pass on: oracle tests, files of the specification, guarded files, what runs on the way to tests. */
function protectedPaths({ grading, view }: SolverTask, patched: Snapshot): Set<string> {
  const { original, task, testFiles, testCommand } = grading;
  const changed = changedPaths(task, patched);
  const trees = { original: listPaths(original), candidate: listPaths(patched) };
  const guarded = guardedFiles(changed, trees, { testFiles });
  const script = Buffer.from(testCommand.script).toString('latin1');
  const scaffold = scaffoldPaths(changed, { original, task, testFiles, script });
  return new Set([...testFiles, ...touchedPaths(view.specification), ...guarded, ...scaffold]);
}
