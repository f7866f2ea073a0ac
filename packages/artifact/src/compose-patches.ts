import { applyPatches } from './apply-patch.js';
import { type DiffOptions, diffSnapshots } from './diff-snapshots.js';
import type { Patch, PatchComposition } from './git-diff.js';
import type { Snapshot } from './snapshot.js';

/** One patch to `snapshot` with the effect of all `patches` in order. What one undoes of another does not appear in it. */
export async function composePatches(
  snapshot: Snapshot,
  patches: readonly Patch[],
  options: DiffOptions = {},
): Promise<PatchComposition> {
  const application = await applyPatches(snapshot, patches);
  if (application.status === 'refused') return application;
  return { status: 'composed', patch: await diffSnapshots(snapshot, application.snapshot, options) };
}
