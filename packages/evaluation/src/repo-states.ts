import {
  applyPatch,
  type BugArtifact,
  type Patch,
  type PatchApplication,
  restoreFiles,
  type Snapshot,
} from '@swe-selfplay/artifact';

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
  let groups: Set<string>[] = [];
  for (const file of patch.files) {
    // The source of a copy stays as it is, so it is no part of the change.
    const paths =
      file.kind === 'copy' ? [file.newPath!] : [file.oldPath, file.newPath].filter((path) => path !== undefined);
    const joined = new Set(paths);
    groups = groups.filter((group) => {
      const isApart = ![...group].some((known) => paths.some((path) => overlap(known, path)));
      if (!isApart) for (const path of group) joined.add(path);
      return isApart;
    });
    groups.push(joined);
  }
  return groups.map((group) => [...group].sort());
}

/** The buggy state with some paths put back: an added file goes, a deleted one returns, a rename is undone. */
export function revertChange(buggy: Snapshot, original: Snapshot, paths: readonly string[]): Snapshot {
  return restoreFiles(buggy, original, paths);
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
