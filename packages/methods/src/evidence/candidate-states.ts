import { createHash } from 'node:crypto';
import {
  diffSnapshots,
  type FileEntry,
  listPaths,
  modeOf,
  printPatch,
  restoreFiles,
  type Snapshot,
  withFiles,
} from '@swe-selfplay/artifact';
import { applyPredPatch, type GuardRule, gradedState } from '@swe-selfplay/evaluation';
import { isTestPath } from '@swe-selfplay/python';
import type { CandidateEvidence, CandidatePatch, SelectionTask, WrittenTest } from './evidence.js';

/** The states of one candidate. */
export type CandidateStates =
  | {
      readonly status: 'ready';
      /** Task + patch, with tests and what decides how they run as the task has them. */
      readonly snapshot: Snapshot;
      /** The difference to the task. */
      readonly effectivePatch: Uint8Array;
      /** The same with the files of a written test on it. */
      withTest(test: WrittenTest): Snapshot;
    }
  | Extract<CandidateEvidence, { status: 'none' }>;

/**
 * The states that a patch is judged in. As in a grading, what decides about tests rather than about code is put back,
 * so that a patch cannot cheat its selection; but to the task, since a choice knows no original. Which initialisers
 * belong to tests is told by where files with other names than tests lie, since what the bug changed is not known either.
 */
export async function candidateStates(
  task: SelectionTask,
  { id, predPatch }: CandidatePatch,
  rules?: readonly GuardRule[],
): Promise<CandidateStates> {
  const { view, testFiles, testCommand } = task;
  const applied = await applyPredPatch(view.snapshot, predPatch);
  if (applied.status === 'refused') {
    return { status: 'none', id, why: applied.code === 'empty' ? 'empty' : 'refused', reason: applied.reason };
  }
  const codePaths = listPaths(view.snapshot).filter(isCode);
  const graded = (files: readonly string[], script: Uint8Array) => {
    const command = { ...testCommand, script };
    const of = { original: view.snapshot, task: view.snapshot, testFiles: files, testCommand: command, codePaths };
    return gradedState(of, applied, rules).snapshot;
  };
  const snapshot = graded(testFiles, testCommand.script);
  if (snapshot.digest === view.snapshot.digest) {
    const reason = 'The patch changes only what is put back before tests run.';
    return { status: 'none', id, why: 'without-effect', reason };
  }
  const byFrame = new Map<string, Snapshot>();
  return {
    status: 'ready',
    snapshot,
    effectivePatch: printPatch(await diffSnapshots(view.snapshot, snapshot)),
    withTest(test) {
      const paths = [...test.files.keys()];
      const frame = `${createHash('sha256').update(test.command.script).digest('hex')} ${paths.join('\0')}`;
      const known = byFrame.get(frame) ?? graded([...new Set([...testFiles, ...paths])], test.command.script);
      byFrame.set(frame, known);
      // Restored rather than laid on top: a patch may have put a directory in the place of a test.
      return restoreFiles(known, taskWithTest(task, test), paths);
    },
  };
}

/** The task without a patch, with the files of a written test. */
export function taskWithTest({ view }: Pick<SelectionTask, 'view'>, { files }: Pick<WrittenTest, 'files'>): Snapshot {
  const entries = [...files].map(([path, content]): [string, FileEntry] => {
    const mode = modeOf(view.snapshot, path) === '100755' ? '100755' : '100644';
    return [path, { mode, content }];
  });
  return withFiles(view.snapshot, entries);
}

function isCode(path: string): boolean {
  return path.endsWith('.py') && !isTestPath(path) && !path.endsWith('__init__.py');
}
