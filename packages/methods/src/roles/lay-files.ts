import { restoreFiles, type Snapshot, withFiles } from '@swe-selfplay/artifact';

/**
 * A state of a task with files laid on it that fit the task. What a patch has put in their way goes, such as a directory in
 * the place of a test.
 */
export function layFiles(state: Snapshot, task: Snapshot, files: ReadonlyMap<string, Uint8Array>): Snapshot {
  if (files.size === 0) return state;
  const entries = [...files].map(([path, content]) => [path, { mode: '100644', content }] as const);
  return restoreFiles(state, withFiles(task, entries), files.keys());
}
