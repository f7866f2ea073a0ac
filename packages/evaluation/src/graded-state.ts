import {
  applyPatch,
  listPaths,
  type Patch,
  parsePatch,
  restoreFiles,
  type Snapshot,
  type TestCommand,
  touchedPaths,
} from '@swe-selfplay/artifact';
import type { EvaluationFlag } from './evaluate-patch.js';
import { type GuardRule, guardedFiles } from './guarded-files.js';
import { namesTestRunner } from './names-test-runner.js';
import { pathsAmongTests, scaffoldPaths } from './test-surroundings.js';

/** A `pred_patch.diff` on the task it was made for. */
export type PatchedTask =
  | { readonly status: 'applied'; readonly patch: Patch; readonly snapshot: Snapshot }
  | { readonly status: 'refused'; readonly code: 'empty' | 'invalid'; readonly reason: string };

/** Applies a patch to its task; a patch that is empty, does not parse, does not apply or changes nothing is refused. */
export async function applyPredPatch(task: Snapshot, predPatch: Uint8Array): Promise<PatchedTask> {
  const parsed = parsePatch(predPatch);
  if (parsed.status === 'refused') {
    return parsed.code === 'empty'
      ? { status: 'refused', code: 'empty', reason: 'The patch is empty.' }
      : { status: 'refused', code: 'invalid', reason: `The patch does not parse: ${parsed.reason}` };
  }
  const applied = await applyPatch(task, parsed.patch);
  if (applied.status === 'refused') {
    return { status: 'refused', code: 'invalid', reason: `The patch does not apply: ${applied.reason}` };
  }
  if (applied.snapshot.digest === task.digest) {
    return { status: 'refused', code: 'empty', reason: 'The patch changes nothing.' };
  }
  return { status: 'applied', patch: parsed.patch, snapshot: applied.snapshot };
}

/** The task of a patch, and the state that its tests and what surrounds them come back from. */
export interface GradedTask {
  /** Where oracle, guarded and surrounding files come from; without a known original, the task itself. */
  readonly original: Snapshot;
  readonly task: Snapshot;
  readonly testFiles: readonly string[];
  readonly testCommand: TestCommand;
  /** See Surroundings. */
  readonly codePaths?: readonly string[] | undefined;
}

/** The state that is run: task + patch, with oracle and guarded files as they are in the original. */
export function gradedState(
  { original, task, testFiles, testCommand, codePaths }: GradedTask,
  applied: Extract<PatchedTask, { status: 'applied' }>,
  rules?: readonly GuardRule[],
): { readonly snapshot: Snapshot; readonly flags: readonly EvaluationFlag[] } {
  const trees = { original: listPaths(original), candidate: listPaths(applied.snapshot) };
  const guard = { testFiles, ...(rules && { rules }) };
  const script = Buffer.from(testCommand.script).toString('latin1');
  const surroundings = { original, task, testFiles, script, codePaths };
  const touched = touchedPaths(applied.patch);
  const scaffold = scaffoldPaths(touched, surroundings);
  const differing = new Set([...applied.snapshot.changes.keys(), ...original.changes.keys()]);
  const guarded = guardedFiles(differing, trees, guard);
  const snapshot = restoreFiles(applied.snapshot, original, [...guarded, ...scaffold, ...testFiles]);

  const putBack = new Set([...testFiles, ...guarded, ...scaffold]);
  const kept = touched.filter((path) => !putBack.has(path));
  const flags: EvaluationFlag[] = [];
  if (touched.some((path) => testFiles.includes(path))) flags.push('touches-oracle-tests');
  if (scaffold.length > 0 || guardedFiles(touched, trees, guard).length > 0) flags.push('touches-guarded-files');
  if (pathsAmongTests(kept, surroundings).length > 0) flags.push('touches-test-directory');
  if (namesTestRunner(applied.patch, new Set(kept))) flags.push('names-test-runner');
  return { snapshot, flags };
}
