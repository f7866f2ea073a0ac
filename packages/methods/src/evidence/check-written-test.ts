import { findPathProblem, listPaths } from '@swe-selfplay/artifact';
import { type GuardRule, guardedFiles } from '@swe-selfplay/evaluation';
import { isTestPath } from '@swe-selfplay/python';
import type { SelectionTask, WrittenTest } from './evidence.js';

const MAX_FILES = 100;
const MAX_BYTES = 4 * 1024 ** 2;

/**
 * What keeps a written test from being run on a task, as a sentence; undefined where nothing does. Tests are written by
 * policies, so they may be anything: paths that leave the tree or collide with it, files that decide how tests run, and
 * files that take the place of the code under test are refused.
 */
export function findTestProblem(
  { view, testFiles }: Pick<SelectionTask, 'testFiles'> & { readonly view: Pick<SelectionTask['view'], 'snapshot'> },
  { files, testIds }: WrittenTest,
  rules?: readonly GuardRule[],
): string | undefined {
  if (testIds?.length === 0) return 'It names no test that counts.';
  if (files.size > MAX_FILES) return `It has ${files.size} files, more than ${MAX_FILES}.`;
  let bytes = 0;
  for (const content of files.values()) bytes += content.length;
  if (bytes > MAX_BYTES) return `Its files have ${bytes} bytes, more than ${MAX_BYTES}.`;

  for (const path of files.keys()) {
    const problem = findPathProblem(path);
    if (problem !== undefined) return `The path ${JSON.stringify(path)} ${problem}.`;
  }
  const present = new Set(listPaths(view.snapshot));
  const all = [...present, ...files.keys()];
  const own = new Set(testFiles);
  const isOdd = (path: string) => present.has(path) && !own.has(path) && !isTestPath(path);
  for (const path of files.keys()) {
    if (isOdd(path)) return `It would replace ${path}, which is no test.`;
    if (all.some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))) {
      return `The path ${path} is both a file and a directory.`;
    }
  }
  const written = [...files.keys()].filter((path) => !own.has(path));
  const guarded = guardedFiles(written, { original: present, candidate: all }, { testFiles, ...(rules && { rules }) });
  return guarded.length === 0 ? undefined : `It would change how tests run: ${guarded.join(', ')}.`;
}
