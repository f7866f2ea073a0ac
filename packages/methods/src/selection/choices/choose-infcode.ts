import { type Selection, selectAdversarial } from '@swe-selfplay/selection';
import {
  columnsOf,
  type GatheredEvidence,
  regressionFailures,
  reproduces,
  reproducesAll,
} from '../written-evidence.js';

/**
 * InfCode's selector as a total order. The suites are the written tests by writer, in the order in which they come: those
 * of the first writer reproduce the issue, all together are the strengthened suite. So in a run without an adversarial
 * loop, whose tests have one writer, a patch reproduces if it passes all tests that fail on the task, and its strengthened
 * share is that of them which it passes (0 where there is none); its iteration is its place among the attempts. A
 * candidate of which something is not known takes no part.
 */
export function chooseInfcode({ candidates, matrix }: GatheredEvidence): Selection {
  const first = columnsOf(matrix, ({ writer }) => writer === matrix.tests[0]?.writer);
  const judged = matrix.candidates.map((evidence, index) => {
    const failures = regressionFailures(evidence, matrix);
    const passes = evidence.status === 'none' ? [null] : evidence.counts.map(reproduces);
    const passed = passes.filter((each) => each === true).length;
    const isKnown = failures !== null && !passes.includes(null);
    return {
      reproduces: first.length > 0 && reproducesAll(evidence, first) === true,
      keepsRegressions: failures === 0,
      strengthenedShare: isKnown ? passed / Math.max(1, passes.length) : null,
      iteration: candidates[index]!.iteration ?? index,
    };
  });
  return selectAdversarial(judged);
}
