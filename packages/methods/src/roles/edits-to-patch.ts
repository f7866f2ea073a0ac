import { isUtf8 } from 'node:buffer';
import { diffSnapshots, printPatch, readFile, type Snapshot, withFiles } from '@swe-selfplay/artifact';
import { isTestPath } from '@swe-selfplay/python';
import { applySearchReplace, parseSearchReplace } from '@swe-selfplay/reward';
import type { Submission } from '@swe-selfplay/solver';

const MAX_SHOWN_CHARACTERS = 200;

/**
 * The patch of an answer that holds search/replace blocks, see `parseSearchReplace`: edits of files that the task has,
 * those of tests left out. An answer without such edits, or with one that does not fit, has given up.
 */
export async function editsToPatch(snapshot: Snapshot, answer: string): Promise<Submission> {
  const edits = parseSearchReplace(answer);
  const contents = new Map<string, string>();
  for (const path of edits.keys()) {
    if (isTestPath(path)) continue;
    const file = await readFile(snapshot, path);
    if (file === undefined || file.mode === '120000' || !isUtf8(file.content))
      return gaveUp(`Expected edits of text files of the task, got ${shown(path)}.`);
    contents.set(path, Buffer.from(file.content).toString('utf8'));
  }
  const ofCode = new Map([...edits].filter(([path]) => contents.has(path)));
  if (ofCode.size === 0) return gaveUp('The answer holds no edit of the code.');
  const outcome = applySearchReplace(contents, ofCode);
  if (outcome.status === 'refused') return gaveUp(`An edit of ${shown(outcome.path)} is refused: ${outcome.reason}.`);
  const changed = await Promise.all(
    [...outcome.files].map(async ([path, text]) => {
      const { mode } = (await readFile(snapshot, path))!;
      return [path, { mode, content: Buffer.from(text) }] as const;
    }),
  );
  const after = withFiles(snapshot, changed);
  if (after.digest === snapshot.digest) return gaveUp('The edits change nothing.');
  return { status: 'submitted', predPatch: printPatch(await diffSnapshots(snapshot, after)) };
}

function gaveUp(reason: string): Submission {
  return { status: 'gave-up', reason };
}

function shown(path: string): string {
  return JSON.stringify(path.slice(0, MAX_SHOWN_CHARACTERS));
}
