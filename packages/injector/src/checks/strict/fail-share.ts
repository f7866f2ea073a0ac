import { partitionTests } from '@swe-selfplay/artifact';
import { type Check, failed, passed, skipped } from '../../check.js';
import { flakyTests, stableReports } from '../../evidence.js';

/** A bug breaks a part of the tests at most: what breaks most of them is damage and no bug. */
export const failShare: Check = {
  id: 'fail-share',
  stage: 'buggy',
  judge(evidence) {
    if (evidence.original === undefined || evidence.buggy === undefined) return skipped('The bug was not run.');
    const { original, buggy } = stableReports(evidence);
    const { failToPass, passToPass } = partitionTests(original, buggy, flakyTests(evidence));
    const total = failToPass.length + passToPass.length;
    const { maxFailToPassShare } = evidence.rules;
    const found = { failing: failToPass.length, total };
    if (failToPass.length > maxFailToPassShare * total) {
      const most = `${Number((maxFailToPassShare * 100).toFixed(1))} %`;
      return failed(
        `Expected the bug to break at most ${most} of the tests, it breaks ${failToPass.length} of ${total}.`,
        found,
      );
    }
    return passed(`The bug breaks ${failToPass.length} of ${total} tests.`, found);
  },
};
