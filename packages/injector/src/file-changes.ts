import { type FilePatch, type Patch, readFile, type Snapshot } from '@swe-selfplay/artifact';
import type { ChangedFile } from './changed-file.js';
import { createSourceText, type SourceText } from './source-text.js';

/** Texts read for one artifact; what lies beyond is left unread. */
const MAX_FILES = 1000;
const MAX_BYTES = 16 * 1024 ** 2;

/** Reads both sides of every file of a patch that led from one state to another. */
export async function fileChanges(patch: Patch, from: Snapshot, to: Snapshot): Promise<ChangedFile[]> {
  let bytes = 0;
  let files = 0;
  const read = async (snapshot: Snapshot, path: string): Promise<SourceText> => {
    files += 1;
    const file = files > MAX_FILES || bytes > MAX_BYTES ? undefined : await readFile(snapshot, path);
    bytes += file?.content.length ?? 0;
    return createSourceText(path, file?.mode === '120000' ? undefined : file?.content);
  };
  const changed: ChangedFile[] = [];
  for (const file of patch.files) {
    const { oldPath, newPath } = sidesOf(file);
    changed.push({
      path: newPath ?? oldPath ?? '',
      before: oldPath === undefined ? undefined : await read(from, oldPath),
      after: newPath === undefined ? undefined : await read(to, newPath),
    });
  }
  return changed;
}

/** The source of a copy stays as it is, so a copy is an added file. */
function sidesOf({ kind, oldPath, newPath }: FilePatch): Pick<FilePatch, 'oldPath' | 'newPath'> {
  return kind === 'copy' ? { oldPath: undefined, newPath } : { oldPath, newPath };
}
