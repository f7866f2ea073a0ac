import { hasPassed, partitionTests } from '@swe-selfplay/artifact';
import { reportOf } from '@swe-selfplay/evaluation';
import { type Check, failed, passed, skipped } from '../check.js';
import { flakyTests, stableReports } from '../evidence.js';

/** Each changed file matters: with that file alone put back, at least one failing test passes (SSR 2.3). */
export const inverseMutation: Check = {
  id: 'inverse-mutation',
  stage: 'reverted',
  judge(evidence) {
    const { reverted, bugInject } = evidence;
    if (reverted === undefined) return skipped('The states with one file put back were not run.');
    if (reverted.length !== bugInject.changes.length || reverted.length === 0) {
      return failed(`Expected a run for each of ${bugInject.changes.length} changes, got ${reverted.length}.`);
    }
    const { original, buggy } = stableReports(evidence);
    const { failToPass } = partitionTests(original, buggy, flakyTests(evidence));
    const idle = reverted.filter(({ run }) => !failToPass.some((id) => hasPassed(reportOf(run), id)));
    if (idle.length > 0) {
      const files = idle.flatMap(({ paths }) => paths);
      return failed(`Putting back ${files.join(', ')} alone makes no failing test pass: an idle change.`, { files });
    }
    return passed(`Each of ${reverted.length} changed file(s) makes a failing test pass when put back alone.`);
  },
};
