import { withoutSubmission } from '@swe-selfplay/adapter';
import { applyPatch, diffSnapshots, parsePatch, printPatch, restoreFiles, type Snapshot } from '@swe-selfplay/artifact';
import type { Sandbox } from '@swe-selfplay/sandbox';
import { collectPredPatch, type Submission } from '@swe-selfplay/solver';
import { type PlayedRole, pathInside, playRole, type RoleRollout, treeOf } from './role-rollout.js';

export interface PatchRollout extends Omit<RoleRollout, 'submission'> {
  /**
   * True: what the workspace holds is handed in also where the rollout ended without a submission, with
   * `isFinished: false` in its notes, as OpenHands does. Default false.
   */
  readonly handsInUnfinished?: boolean | undefined;
}

/**
 * Lets a policy change the code of a task, from `start` on; its patch is what it changed against the task's tree, without
 * the files that were laid in. Throws as `playRole`.
 */
export async function patchByRollout(rollout: PatchRollout): Promise<Submission> {
  return playRole({ ...rollout, submission: { kind: 'patch' } }, async ({ sandbox, end }: PlayedRole) => {
    if (end.status === 'submitted') return handIn(rollout, sandbox, end.paths, true);
    const { reason } = withoutSubmission(end);
    if (rollout.handsInUnfinished !== true) return { status: 'gave-up', reason };
    return handIn(rollout, sandbox, [], false);
  });
}

async function handIn(
  rollout: PatchRollout,
  sandbox: Sandbox,
  paths: readonly string[],
  isFinished: boolean,
): Promise<Submission> {
  const { view, laid = new Map() } = rollout;
  const tree = treeOf(rollout);
  const submittedFiles = paths.flatMap((path) => pathInside(sandbox, path) ?? []);
  const collection = await collectPredPatch(sandbox, { ...view, snapshot: tree }, { submittedFiles });
  if (collection.status === 'refused') return { status: 'gave-up', reason: collection.reason };
  const predPatch = await againstTask(view.snapshot, tree, collection.predPatch, laid.keys());
  if (predPatch === undefined)
    return { status: 'gave-up', reason: 'What the workspace holds is no patch to the task.' };
  return { status: 'submitted', predPatch, notes: { isFinished } };
}

/** A patch to `start` as one to the task, with some files as the task has them; undefined where it does not apply. */
export async function againstTask(
  task: Snapshot,
  start: Snapshot,
  patch: Uint8Array,
  asInTask: Iterable<string> = [],
): Promise<Uint8Array | undefined> {
  const changed = await snapshotAfter(start, patch);
  if (changed === undefined) return undefined;
  const result = restoreFiles(changed, task, asInTask);
  return result.digest === task.digest ? new Uint8Array() : printPatch(await diffSnapshots(task, result));
}

/** The snapshot with a patch applied, of whatever origin; undefined where it does not parse or apply. */
export async function snapshotAfter(snapshot: Snapshot, patch: Uint8Array): Promise<Snapshot | undefined> {
  if (patch.length === 0) return snapshot;
  const parsed = parsePatch(patch);
  if (parsed.status === 'refused') return undefined;
  const application = await applyPatch(snapshot, parsed.patch);
  return application.status === 'applied' ? application.snapshot : undefined;
}
