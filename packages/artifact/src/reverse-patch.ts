import { applyPatch } from './apply-patch.js';
import { diffSnapshots } from './diff-snapshots.js';
import type { FilePatch, Hunk, HunkLine, Patch, PatchContent, PatchReversal } from './git-diff.js';
import { excerpt } from './line-reader.js';
import { catchRefusal, refuse } from './refusal.js';
import type { Snapshot } from './snapshot.js';

const REVERSED_KINDS = { add: 'delete', delete: 'add', modify: 'modify', rename: 'rename' } as const;
const REVERSED_LINES = { context: 'context', added: 'removed', removed: 'added' } as const;

/**
 * The exact inverse of a patch. Refused as `irreversible` where the patch alone does not hold the old content: a copy
 * (its inverse deletes the copy, and a deletion states the whole content) and binary data without a backward side.
 */
export function reversePatch(patch: Patch): PatchReversal {
  // The order is turned as well: a change of type stays a deletion followed by an addition.
  return catchRefusal(() => ({ status: 'reversed', patch: { files: patch.files.map(reverseFile).reverse() } }));
}

/** As `reversePatch`, for a patch to `snapshot`, whose content makes every patch reversible that applies to it. */
export async function reversePatchOn(snapshot: Snapshot, patch: Patch): Promise<PatchReversal> {
  const application = await applyPatch(snapshot, patch);
  if (application.status === 'refused') return application;
  const reversal = reversePatch(patch);
  if (reversal.status === 'reversed') return reversal;
  return { status: 'reversed', patch: await diffSnapshots(application.snapshot, snapshot) };
}

function reverseFile(file: FilePatch): FilePatch {
  const path = file.newPath;
  if (file.kind === 'copy') {
    refuse('irreversible', `The copy ${excerpt(path)} cannot be reversed: the patch does not hold its content.`, {
      path,
    });
  }
  return {
    kind: REVERSED_KINDS[file.kind],
    oldPath: file.newPath,
    newPath: file.oldPath,
    oldMode: file.newMode,
    newMode: file.oldMode,
    content: reverseContent(file.content, file.newPath ?? file.oldPath),
  };
}

function reverseContent(content: PatchContent, path: string | undefined): PatchContent {
  switch (content.kind) {
    case 'none':
      return content;
    case 'text':
      return { kind: 'text', hunks: content.hunks.map(reverseHunk) };
    case 'binary':
      if (content.backward === undefined) {
        refuse('irreversible', `${excerpt(path)}: the binary patch has no backward data.`, { path });
      }
      return {
        kind: 'binary',
        forward: content.backward,
        backward: content.forward,
        oldId: content.newId,
        newId: content.oldId,
      };
  }
}

function reverseHunk(hunk: Hunk): Hunk {
  return {
    oldStart: hunk.newStart,
    oldLines: hunk.newLines,
    newStart: hunk.oldStart,
    newLines: hunk.oldLines,
    heading: hunk.heading,
    lines: removedFirst(hunk.lines.map((line) => ({ ...line, kind: REVERSED_LINES[line.kind] }))),
  };
}

/** Git prints the removed lines of a run of changes before the added ones. */
function removedFirst(lines: readonly HunkLine[]): HunkLine[] {
  const sorted: HunkLine[] = [];
  let added: HunkLine[] = [];
  for (const line of lines) {
    if (line.kind === 'added') {
      added.push(line);
      continue;
    }
    if (line.kind === 'context') {
      for (const each of added) sorted.push(each);
      added = [];
    }
    sorted.push(line);
  }
  return [...sorted, ...added];
}
