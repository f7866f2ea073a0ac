import { isUtf8 } from 'node:buffer';
import { changedPaths, readFile, type Snapshot } from '@swe-selfplay/artifact';
import { type SearchReplaceReward, searchReplaceReward } from '@swe-selfplay/reward';
import type { SolverTask } from '@swe-selfplay/solver';
import { MethodError } from '../method-error.js';
import { mapConcurrently } from '../roles/map-concurrently.js';
import type { RepairSample } from './agentless.js';

/**
 * SWE-RL's reward of each answer that repairs, against the known fix of the task: what its code was before the bug. Null
 * where no answer came. For the host alone: the grading half of a task holds the original.
 *
 * An answer is judged on the files that it was shown and those that the fix changes; the reference shows all of these.
 * `bounds` keep what is hostile from taking long, see `searchReplaceReward`.
 * Throws MethodError `invalid-options` for a task whose fix is not in text files.
 */
export async function rewardRepairs(
  task: Pick<SolverTask, 'grading'>,
  repairs: readonly Pick<RepairSample, 'completion' | 'sources'>[],
  bounds: NonNullable<Parameters<typeof searchReplaceReward>[3]> = {},
): Promise<(SearchReplaceReward | null)[]> {
  const fix = await knownFix(task);
  if (fix.after.size === 0)
    throw new MethodError('invalid-options', 'Expected a task whose fix changes text files, got one without.');
  return mapConcurrently(repairs, 1, async ({ completion, sources }) => {
    if (completion.status !== 'answered') return null;
    return searchReplaceReward(new Map([...fix.before, ...sources]), fix.after, completion.text, bounds);
  });
}

/** The files that the fix of a task changes, before and after; a file that is not there is empty. */
export async function knownFix({ grading }: Pick<SolverTask, 'grading'>): Promise<{
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
}> {
  const before = new Map<string, string>();
  const after = new Map<string, string>();
  for (const path of fixedPaths({ grading })) {
    const [old, next] = [await readText(grading.task, path), await readText(grading.original, path)];
    if (old === undefined || next === undefined) continue;
    before.set(path, old);
    after.set(path, next);
  }
  return { before, after };
}

/** The paths that differ between a task and its original, its tests left out: where the bug is. Sorted. */
export function fixedPaths({ grading }: Pick<SolverTask, 'grading'>): string[] {
  const tests = new Set(grading.testFiles);
  return changedPaths(grading.task, grading.original).filter((path) => !tests.has(path));
}

/** Empty where there is no such file; undefined where it is no text. */
async function readText(snapshot: Snapshot, path: string): Promise<string | undefined> {
  const file = await readFile(snapshot, path);
  if (file === undefined) return '';
  return file.mode !== '120000' && isUtf8(file.content) ? Buffer.from(file.content).toString('utf8') : undefined;
}
