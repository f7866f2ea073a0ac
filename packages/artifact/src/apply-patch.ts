import { applyBinary } from './apply-binary.js';
import { applyHunks } from './apply-hunks.js';
import { checkCreatedPaths, checkLinks } from './check-tree.js';
import type { FilePatch, Patch, PatchApplication } from './git-diff.js';
import { decodeLatin1, encodeLatin1 } from './latin1.js';
import { excerpt } from './line-reader.js';
import { checkPaths } from './parse-patch.js';
import { MAX_BINARY_BYTES, MAX_WRITTEN_BYTES } from './patch-limits.js';
import { pathFates } from './patch-paths.js';
import { aRefusal, catchRefusalAsync, refuse } from './refusal.js';
import { findPathProblem } from './safe-path.js';
import { type FileEntry, modeOf, readFile, type Snapshot, withFiles } from './snapshot.js';

/** Bytes that one patch may still write, and may still build from binary data. */
interface WriteBudget {
  writtenBytes: number;
  binaryBytes: number;
}

/**
 * Applies a patch exactly: every hunk at its stated line, every context and removed line equal byte for byte, the
 * newline at the end included. All files are read from `snapshot`, so swaps and chains of renames work in any order.
 * A patch without files leaves the snapshot as it is. Throws only where the base cannot be read.
 */
export async function applyPatch(snapshot: Snapshot, patch: Patch): Promise<PatchApplication> {
  return catchRefusalAsync(async (): Promise<PatchApplication> => {
    checkPatchValue(patch);
    const { removed, created } = pathFates(patch);
    const budget: WriteBudget = { writtenBytes: MAX_WRITTEN_BYTES, binaryBytes: MAX_BINARY_BYTES };
    const written = new Map<string, FileEntry | null>([...removed].map((path) => [path, null]));
    for (const file of patch.files) {
      const entry = await applyFile(snapshot, file, removed, budget);
      if (file.newPath !== undefined) written.set(file.newPath, entry);
    }
    const result = withFiles(snapshot, written);
    checkCreatedPaths(
      result,
      [...created].filter((path) => modeOf(snapshot, path) === undefined),
    );
    checkLinks(written);
    return { status: 'applied', snapshot: result };
  });
}

/** Applies patches one after the other; a refusal says which of them it is about. */
export async function applyPatches(snapshot: Snapshot, patches: readonly Patch[]): Promise<PatchApplication> {
  let current = snapshot;
  for (const [index, patch] of patches.entries()) {
    const application = await applyPatch(current, patch);
    if (application.status === 'refused') {
      const reason = `Patch ${index + 1} of ${patches.length}: ${application.reason}`;
      return aRefusal(application.code, reason, application);
    }
    current = application.snapshot;
  }
  return { status: 'applied', snapshot: current };
}

/** A patch may be made by hand: what the parser promises of paths is checked again. */
function checkPatchValue(patch: Patch): void {
  for (const file of patch.files) {
    if (
      (file.oldPath === undefined) !== (file.kind === 'add') ||
      (file.newPath === undefined) !== (file.kind === 'delete')
    ) {
      throw new TypeError(`Expected old and new path as a file of kind ${file.kind} needs them.`);
    }
    for (const path of [file.oldPath, file.newPath]) {
      const problem = path === undefined ? undefined : findPathProblem(path);
      if (problem !== undefined) refuse('unsafe-path', `The path ${excerpt(path)} ${problem}.`, { path });
    }
  }
  checkPaths(patch);
}

async function applyFile(
  snapshot: Snapshot,
  file: FilePatch,
  removed: ReadonlySet<string>,
  budget: WriteBudget,
): Promise<FileEntry> {
  const path = file.newPath ?? file.oldPath!;
  const source = file.oldPath === undefined ? undefined : await readSource(snapshot, file, file.oldPath);
  const isCreated = file.newPath !== undefined && file.newPath !== file.oldPath;
  if (isCreated && modeOf(snapshot, path) !== undefined && !removed.has(path)) {
    refuse('file-exists', `Expected no file at ${excerpt(path)}, but there is one.`, { path });
  }
  const content = applyContent(source?.content, file, budget);
  if (file.kind !== 'rename' || file.content.kind !== 'none') budget.writtenBytes -= content.length;
  if (budget.writtenBytes < 0) {
    refuse('too-large', `Expected a patch that writes at most ${MAX_WRITTEN_BYTES} bytes.`, { path });
  }
  if (file.kind === 'delete' && content.length > 0) {
    refuse('content-mismatch', `Expected the deletion of ${excerpt(path)} to state all its content.`, { path });
  }
  return { mode: file.newMode ?? source?.mode ?? '100644', content };
}

async function readSource(snapshot: Snapshot, file: FilePatch, path: string): Promise<FileEntry> {
  const mode = modeOf(snapshot, path);
  if (mode === undefined) refuse('missing-file', `Expected a file at ${excerpt(path)}, but there is none.`, { path });
  if (file.oldMode !== undefined && file.oldMode !== mode) {
    refuse('mode-mismatch', `Expected ${excerpt(path)} to have mode ${file.oldMode}, got ${mode}.`, { path });
  }
  return (await readFile(snapshot, path))!;
}

function applyContent(source: Uint8Array | undefined, file: FilePatch, budget: WriteBudget): Uint8Array {
  const path = file.oldPath ?? file.newPath;
  switch (file.content.kind) {
    case 'none':
      return source ?? new Uint8Array();
    case 'text': {
      const application = applyHunks(decodeLatin1(source ?? new Uint8Array()), file.content.hunks);
      if ('text' in application) return encodeLatin1(application.text);
      return refuse('content-mismatch', `${excerpt(path)}: ${application.problem}`, { path });
    }
    case 'binary': {
      const application = applyBinary(source, file.content, file.kind === 'delete', budget.binaryBytes);
      if ('problem' in application)
        return refuse('content-mismatch', `${excerpt(path)}: ${application.problem}`, { path });
      budget.binaryBytes -= application.content.length;
      return application.content;
    }
  }
}
