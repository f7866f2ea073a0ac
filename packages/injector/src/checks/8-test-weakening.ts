import { hasPassed, partitionTests } from '@swe-selfplay/artifact';
import { reportOf } from '@swe-selfplay/evaluation';
import { type Check, failed, passed, skipped } from '../check.js';
import { endingSentence, endOfOutput } from '../describe-run.js';
import { flakyTests, stableReports } from '../evidence.js';

/** At least one test that fails with the bug passes once the tests are weakened; one that vanished did not pass. */
export const testWeakening: Check = {
  id: 'test-weakening',
  stage: 'weakened',
  judge(evidence) {
    if (evidence.weakened === undefined) return skipped('The weakened state was not run.');
    const { weakened } = evidence;
    if (weakened.script.ending !== 'exited') {
      return failed(`With bug and weakening, test_script.sh ${endingSentence(weakened, evidence.rules)}.`, {
        ending: weakened.script.ending,
        output: endOfOutput(weakened),
      });
    }
    const { original, buggy } = stableReports(evidence);
    const { failToPass } = partitionTests(original, buggy, flakyTests(evidence));
    const report = reportOf(weakened);
    const hidden = failToPass.filter((id) => hasPassed(report, id));
    const vanished = failToPass.filter((id) => !report.has(id));
    if (hidden.length === 0) {
      const end = vanished.length === 0 ? '' : ` (${vanished.length} vanished, which is no pass)`;
      return failed(
        `Expected test_weaken.diff to make a failing test pass, but it hides none of ${failToPass.length}${end}.`,
        {
          tests: failToPass,
          vanished,
        },
      );
    }
    return passed(`test_weaken.diff hides ${hidden.length} of ${failToPass.length} failing test(s).`, {
      tests: hidden,
    });
  },
};
