import { partitionTests } from '@swe-selfplay/artifact';
import { reportOf } from '@swe-selfplay/evaluation';
import { type Check, failed, passed, skipped } from '../../check.js';
import { flakyTests, stableReports } from '../../evidence.js';

/** With bug and weakening no test fails: each that failed passes or is gone, so that nothing gives the bug away. */
export const weakeningHidesAll: Check = {
  id: 'weakening-hides-all',
  stage: 'weakened',
  judge(evidence) {
    const { weakened } = evidence;
    if (weakened === undefined) return skipped('The weakened state was not run.');
    const flaky = flakyTests(evidence);
    const { original, buggy } = stableReports(evidence);
    const { failToPass, passToPass } = partitionTests(original, buggy, flaky);
    const report = reportOf(weakened);
    const failing = [...report.keys()].filter((id) => report.get(id) === 'failed' && !flaky.has(id)).sort();
    if (failing.length > 0) {
      return failed(`With bug and weakening ${failing.length} test(s) still fail.`, { tests: failing });
    }
    const lost = passToPass.filter((id) => !report.has(id));
    if (lost.length > 0) {
      return failed(`test_weaken.diff takes ${lost.length} test(s) away that pass with the bug.`, { tests: lost });
    }
    return passed(`With bug and weakening no test fails; ${failToPass.length} did with the bug.`);
  },
};
