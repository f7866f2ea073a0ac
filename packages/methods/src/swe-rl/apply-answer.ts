import {
  applyPatch,
  diffSnapshots,
  type FileEntry,
  findPathProblem,
  modeOf,
  parsePatch,
  printPatch,
  type Snapshot,
  withFiles,
} from '@swe-selfplay/artifact';
import { applySearchReplace, extractSolution, parseSearchReplace } from '@swe-selfplay/reward';

/**
 * What an answer of search/replace blocks comes to. `format-wrong`: SWE-RL would give it -1 before looking at the code.
 * `not-applied`: its blocks do not fit the files that were shown, or name others. `no-change`: they undo each other.
 */
export type AppliedAnswer =
  | { readonly status: 'patched'; readonly predPatch: Uint8Array }
  | { readonly status: 'format-wrong' | 'not-applied' | 'no-change'; readonly reason: string };

/**
 * Makes a pred_patch of an answer in the format of SWE-RL (arXiv 2502.18449): its blocks are applied to `sources`, the
 * files that it was shown, and may create files. Never throws on what an answer holds.
 */
export async function applyAnswer(
  snapshot: Snapshot,
  sources: ReadonlyMap<string, string>,
  answer: string,
): Promise<AppliedAnswer> {
  const solution = extractSolution(answer);
  if (solution.status === 'malformed') return { status: 'format-wrong', reason: FORMAT_REASONS[solution.reason] };
  const edits = parseSearchReplace(solution.answer);
  if (edits.size === 0) return { status: 'format-wrong', reason: 'The solution holds no search/replace block.' };
  for (const path of edits.keys()) {
    const problem = pathProblem(snapshot, sources, path);
    if (problem !== undefined)
      return { status: 'not-applied', reason: `The path ${JSON.stringify(path.slice(0, 200))} ${problem}.` };
  }
  const applied = applySearchReplace(sources, edits);
  if (applied.status === 'refused') {
    const { reason, path } = applied;
    const status = reason === 'identical' ? 'format-wrong' : 'not-applied';
    return { status, reason: `${EDIT_REASONS[reason]}: ${path}.` };
  }
  return patchOf(snapshot, applied.files);
}

const FORMAT_REASONS = {
  tags: 'One of the four tags is not there exactly once.',
  'no-thought': 'Nothing was thought.',
} as const;

const EDIT_REASONS = {
  identical: 'A block replaces lines by themselves',
  'not-found': 'Lines to search are not in the file',
  'too-large': 'The blocks write too much',
} as const;

function pathProblem(snapshot: Snapshot, sources: ReadonlyMap<string, string>, path: string): string | undefined {
  const problem = findPathProblem(path);
  if (problem !== undefined) return problem;
  return modeOf(snapshot, path) !== undefined && !sources.has(path) ? 'was not shown' : undefined;
}

async function patchOf(snapshot: Snapshot, files: ReadonlyMap<string, string>): Promise<AppliedAnswer> {
  const entries = [...files].map(([path, text]): [string, FileEntry] => {
    return [path, { mode: modeOf(snapshot, path) ?? '100644', content: Buffer.from(text) }];
  });
  const after = withFiles(snapshot, entries);
  if (after.digest === snapshot.digest) return { status: 'no-change', reason: 'The blocks undo each other.' };
  const predPatch = printPatch(await diffSnapshots(snapshot, after));
  // Read back as grading will: a new file may stand where a directory is.
  const parsed = parsePatch(predPatch);
  if (parsed.status === 'refused') return { status: 'not-applied', reason: parsed.reason };
  const application = await applyPatch(snapshot, parsed.patch);
  if (application.status === 'refused') return { status: 'not-applied', reason: application.reason };
  return { status: 'patched', predPatch };
}
