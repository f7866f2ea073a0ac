import { type AdversarialCandidate, type Selection, selectAdversarial } from '@swe-selfplay/selection';
import type { CandidateEvidence, PatchTestMatrix, SelectionTask, TestCounts } from '../evidence/evidence.js';
import type { InfCodeCandidate } from './play-infcode.js';
import {
  type CheckedSuite,
  candidateOf,
  distinctTests,
  isPassed,
  runSuite,
  type SuiteOptions,
  testKey,
} from './suite.js';

/**
 * The choice among the patches of a loop by executed evidence, in place of InfCode's selector, which is a model: all of
 * them against the first suite, which reproduces the statement, the last one, and the task's own tests; then
 * `selectAdversarial`. A candidate of which a run failed as infra is left out.
 */
export async function selectAmongPatches(
  task: SelectionTask,
  candidates: readonly InfCodeCandidate[],
  suites: readonly CheckedSuite[],
  options: SuiteOptions,
): Promise<{ readonly selection: Selection; readonly matrix: PatchTestMatrix }> {
  const [first, last] = [suites[0]?.tests ?? [], suites.at(-1)?.tests ?? []];
  const patches = candidates.map(({ patch }, index) => candidateOf(`${index}`, patch));
  const { runner, signal } = options;
  const matrix = await runSuite(task, patches, distinctTests([...first, ...last]), { runner, signal });
  const [reproduction, strengthened] = [first, last].map((tests) => new Set(tests.map(testKey)));
  const judged = matrix.candidates.map((evidence, index) => {
    const countsOf = (keys: ReadonlySet<string>) =>
      matrix.tests.flatMap((test, at) => (keys.has(testKey(test)) ? [at] : []));
    const columns = { reproduction: countsOf(reproduction!), strengthened: countsOf(strengthened!) };
    return judge(evidence, columns, candidates[index]!.iteration);
  });
  return { selection: selectAdversarial(judged), matrix };
}

interface Columns {
  readonly reproduction: readonly number[];
  readonly strengthened: readonly number[];
}

function judge(evidence: CandidateEvidence, columns: Columns, iteration: number): AdversarialCandidate {
  if (evidence.status === 'none') {
    return { reproduces: false, keepsRegressions: false, strengthenedShare: 0, iteration };
  }
  const countsAt = (places: readonly number[]) => places.map((place) => evidence.counts[place] ?? null);
  const reproduction = countsAt(columns.reproduction);
  const { regressionFailures } = evidence;
  const isKnown = regressionFailures !== null && !reproduction.includes(null);
  return {
    reproduces: reproduction.length > 0 && reproduction.every((counts) => counts !== null && isPassed(counts)),
    keepsRegressions: regressionFailures?.length === 0,
    strengthenedShare: isKnown ? shareOf(countsAt(columns.strengthened)) : null,
    iteration,
  };
}

/** Share of the ids of a suite that pass; 0 where it has none, null where one of its tests could not be run. */
function shareOf(suite: readonly (TestCounts | null)[]): number | null {
  let [passed, all] = [0, 0];
  for (const counts of suite) {
    if (counts === null) return null;
    passed += counts.failToPass + counts.passToPass;
    all += counts.failBefore + counts.passBefore;
  }
  return all === 0 ? 0 : passed / all;
}
