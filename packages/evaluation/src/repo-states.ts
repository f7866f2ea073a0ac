import {
  applyPatch,
  type BugArtifact,
  type Patch,
  type PatchApplication,
  restoreFiles,
  type Snapshot,
} from '@swe-selfplay/artifact';
import { ancestorsOf } from './guarded-files.js';

/** What came of applying the two diffs of an artifact in order; undefined where there was nothing to apply to. */
export interface ArtifactStates {
  /** original + bug_inject */
  readonly buggy: PatchApplication | undefined;
  /** original + bug_inject + test_weaken */
  readonly weakened: PatchApplication | undefined;
}

/** Applies the diffs of an artifact, as far as they are there, to the original. */
export async function artifactStates(
  original: Snapshot,
  { bugInject, testWeaken }: Partial<Pick<BugArtifact, 'bugInject' | 'testWeaken'>>,
): Promise<ArtifactStates> {
  const buggy = bugInject && (await applyPatch(original, bugInject));
  const weakened = buggy?.status === 'applied' && testWeaken ? await applyPatch(buggy.snapshot, testWeaken) : undefined;
  return { buggy, weakened };
}

/**
 * The changes of a patch that can be taken back alone, each as its paths: one file as a rule; both paths of a rename;
 * all that hang together where files swap names or a file gives way to a directory.
 */
export function separableChanges(patch: Patch): string[][] {
  // The source of a copy stays as it is, so it is no part of the change.
  const changes = patch.files.map((file) =>
    file.kind === 'copy' ? [file.newPath!] : [file.oldPath, file.newPath].filter((path) => path !== undefined),
  );
  const changed = new Set(changes.flat());
  const leaders = new Map<string, string>();
  const leaderOf = (path: string): string => {
    let leader = path;
    for (let next = leaders.get(leader); next !== undefined; next = leaders.get(leader)) leader = next;
    // Who asks again has a short way, so that a long chain of renames is not walked for each of its files.
    for (let at = path; at !== leader; ) {
      const next = leaders.get(at)!;
      leaders.set(at, leader);
      at = next;
    }
    return leader;
  };
  // A later path leads, so that groups come in the order in which they are complete.
  const join = (path: string, other: string) => {
    const [from, to] = [leaderOf(other), leaderOf(path)];
    if (from !== to) leaders.set(from, to);
  };
  const groups = new Map<string, Set<string>>();
  for (const paths of changes) {
    for (const path of paths) {
      join(paths.at(-1)!, path);
      for (const directory of ancestorsOf(path)) if (changed.has(directory)) join(path, directory);
    }
  }
  for (const paths of changes) {
    const leader = leaderOf(paths[0]!);
    const group = groups.get(leader) ?? new Set();
    groups.delete(leader);
    groups.set(leader, group);
    for (const path of paths) group.add(path);
  }
  return [...groups.values()].map((group) => [...group].sort());
}

/** The buggy state with some paths put back: an added file goes, a deleted one returns, a rename is undone. */
export function revertChange(buggy: Snapshot, original: Snapshot, paths: readonly string[]): Snapshot {
  return restoreFiles(buggy, original, paths);
}
