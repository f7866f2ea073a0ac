import {
  applyPatch,
  diffSnapshots,
  findPathProblem,
  modeOf,
  parsePatch,
  printPatch,
  withFiles,
} from '@swe-selfplay/artifact';
import { type Sandbox, SandboxError } from '@swe-selfplay/sandbox';
import { isLeftOut } from './left-out-files.js';
import type { TaskView } from './solver-task.js';

/** What a workspace gave: a patch (empty where nothing was changed), or why there is none. */
export type PredPatchCollection =
  | {
      readonly status: 'collected';
      readonly predPatch: Uint8Array;
      /** Changed files that are not in the patch: by the rule of LEFT_OUT_FILES, since they were handed in, or since grading has its own. Sorted. */
      readonly leftOut: readonly string[];
    }
  | { readonly status: 'refused'; readonly reason: string };

/**
 * Collects `pred_patch.diff`: what the workspace holds against the task snapshot, read from the file system and never
 * from the workspace's own git. The patch is read back as grading will read it; one that would be refused there (a link
 * that leaves the repository, too much changed) is refused here. `submittedFiles` are paths of diffs that the attempt
 * wrote down to hand them in: no part of the work, unless the task has such a file. Throws SandboxError where the
 * sandbox failed.
 */
export async function collectPredPatch(
  sandbox: Pick<Sandbox, 'changedFiles'>,
  view: TaskView,
  { submittedFiles = [] }: { readonly submittedFiles?: readonly string[] } = {},
): Promise<PredPatchCollection> {
  let changed: Awaited<ReturnType<Sandbox['changedFiles']>>;
  try {
    changed = await sandbox.changedFiles();
  } catch (error) {
    // The attempt made it so: no fault of the sandbox.
    if (error instanceof SandboxError && error.code === 'too-much-changed')
      return { status: 'refused', reason: error.message };
    throw error;
  }

  const paths = [...changed.keys()].sort();
  const isNoWork = (path: string) =>
    isLeftOut(path) || submittedFiles.includes(path) || view.scrubbedPaths?.includes(path) === true;
  const leftOut = paths.filter((path) => isNoWork(path) && modeOf(view.snapshot, path) === undefined);
  const ignored = new Set(leftOut);
  const kept = [...changed].filter(([path]) => !ignored.has(path));
  for (const [path] of kept) {
    const problem = findPathProblem(path);
    if (problem !== undefined) return { status: 'refused', reason: `The file ${JSON.stringify(path)} ${problem}.` };
  }
  const after = withFiles(view.snapshot, kept);
  if (after.digest === view.snapshot.digest) return { status: 'collected', predPatch: new Uint8Array(), leftOut };

  const predPatch = printPatch(await diffSnapshots(view.snapshot, after));
  const parse = parsePatch(predPatch);
  if (parse.status === 'refused') return { status: 'refused', reason: parse.reason };
  const application = await applyPatch(view.snapshot, parse.patch);
  if (application.status === 'refused') return { status: 'refused', reason: application.reason };
  if (application.snapshot.digest !== after.digest)
    return {
      status: 'refused',
      reason: 'Expected the patch to give what the workspace holds; it gives something else.',
    };
  return { status: 'collected', predPatch, leftOut };
}
