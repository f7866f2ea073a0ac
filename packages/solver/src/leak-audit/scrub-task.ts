import { detachSnapshot, listPaths, withFiles } from '@swe-selfplay/artifact';
import type { SolverTask } from '../solver-task.js';
import { hiddenPlaceOf, insideOf } from './judge-hits.js';
import type { LeakFinding } from './leak-audit.js';

/**
 * The task without what leaked: files of its view's tree are gone, places outside are shown empty. What the task is
 * graded with stays as it is, and so does its id. A finding in a directory (an object store) takes all of it.
 */
export function scrubTask(task: SolverTask, findings: readonly LeakFinding[], workdir: string): SolverTask {
  const { view } = task;
  const leaks = findings.filter(({ isLeak }) => isLeak);
  const doomed = leaks.filter(({ scrubbing }) => scrubbing === 'deleted').map(({ path }) => insideOf(path, workdir)!);
  const removed = listPaths(view.snapshot).filter((path) =>
    doomed.some((place) => path === place || path.startsWith(`${place}/`)),
  );
  const hidden = leaks.filter(({ scrubbing }) => scrubbing === 'hidden').map(hiddenPlaceOf);
  if (removed.length === 0 && hidden.length === 0) return task;
  return {
    ...task,
    view: {
      ...view,
      snapshot: detachSnapshot(
        withFiles(
          view.snapshot,
          removed.map((path) => [path, null] as const),
        ),
      ),
      hiddenPaths: [...new Set([...(view.hiddenPaths ?? []), ...hidden])].sort(),
      scrubbedPaths: [...new Set([...(view.scrubbedPaths ?? []), ...removed])].sort(),
    },
  };
}
