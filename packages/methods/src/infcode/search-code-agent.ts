import { diffSnapshots, printPatch, type Snapshot } from '@swe-selfplay/artifact';
import { createSearchSolver, type SearchSolverOptions, type Submission } from '@swe-selfplay/solver';
import type { WrittenTest } from '../evidence/evidence.js';
import { layFiles } from '../roles/lay-files.js';
import { againstTask, snapshotAfter } from '../roles/patch-rollout.js';
import type { CodeAgent, CodeRequest } from './agents.js';

/**
 * A code agent that needs no model: the search solver with the failing tests as its specification. It starts at the patch
 * at hand and, where nothing is found from there, at the task.
 */
export function createSearchCodeAgent(options: SearchSolverOptions = {}): CodeAgent {
  const solver = createSearchSolver(options);

  async function searchFrom(start: Snapshot, request: CodeRequest): Promise<Submission> {
    const { task, seed, runner, provider, signal } = request;
    const tests = compatibleTests(request.failing);
    const specified = layFiles(start, task.view.snapshot, new Map(tests.flatMap(({ files }) => [...files])));
    if (specified.digest === start.digest) return { status: 'gave-up', reason: 'No test fails that is not there.' };
    const specification = await diffSnapshots(start, specified);
    const specificationText = printPatch(specification);
    const view = { ...task.view, snapshot: start, specification, specificationText };
    const submission = await solver.solve(view, { seed, runner, provider, signal });
    if (submission.status === 'gave-up') return submission;
    const paths = tests.flatMap(({ files }) => [...files.keys()]);
    const predPatch = await againstTask(task.view.snapshot, start, submission.predPatch, paths);
    if (predPatch === undefined) return { status: 'gave-up', reason: 'What was found is no patch to the task.' };
    return { ...submission, predPatch };
  }

  return {
    name: 'search',
    async mend(request) {
      const { snapshot } = request.task.view;
      const start = (await snapshotAfter(snapshot, request.patch)) ?? snapshot;
      const found = await searchFrom(start, request);
      return found.status === 'submitted' || start.digest === snapshot.digest ? found : searchFrom(snapshot, request);
    },
  };
}

/** Tests that can stand side by side: of those that have another text for one file, the first. */
function compatibleTests(tests: readonly WrittenTest[]): WrittenTest[] {
  const taken = new Map<string, Uint8Array>();
  return tests.filter(({ files }) => {
    const fits = [...files].every(([path, content]) => {
      const other = taken.get(path);
      return other === undefined || Buffer.compare(other, content) === 0;
    });
    if (fits) for (const [path, content] of files) taken.set(path, content);
    return fits;
  });
}
