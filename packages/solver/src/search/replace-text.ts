import { readFile, type Snapshot, withFiles } from '@swe-selfplay/artifact';
import type { CandidateEdit } from './candidate-source.js';

/** The snapshot with one stretch of one UTF-8 file replaced, and the file's new text. */
export async function replaceText(
  snapshot: Snapshot,
  edit: CandidateEdit & { readonly path: string },
): Promise<{ snapshot: Snapshot; source: string }> {
  const entry = await readFile(snapshot, edit.path);
  if (entry === undefined) throw new TypeError(`Expected an edit of a file of the snapshot, got one of ${edit.path}.`);
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(entry.content);
  const source = text.slice(0, edit.start) + edit.replacement + text.slice(edit.end);
  const content = new TextEncoder().encode(source);
  return { snapshot: withFiles(snapshot, [[edit.path, { mode: entry.mode, content }]]), source };
}
