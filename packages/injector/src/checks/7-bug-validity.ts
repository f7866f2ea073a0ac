import { partitionTests } from '@swe-selfplay/artifact';
import { type Check, failed, passed, skipped } from '../check.js';
import { endingSentence, endOfOutput } from '../describe-run.js';
import { flakyTests, stableReports } from '../evidence.js';

/** Enough tests that pass on the original do not pass with the bug, and some test still passes. */
export const bugValidity: Check = {
  id: 'bug-validity',
  stage: 'buggy',
  judge(evidence) {
    const run = evidence.buggy?.[0];
    if (run === undefined) return skipped('The buggy state was not run.');
    const { original, buggy } = stableReports(evidence);
    const { failToPass, passToPass } = partitionTests(original, buggy, flakyTests(evidence));
    if (run.script.ending !== 'exited') {
      return failed(
        `With the bug, test_script.sh ${endingSentence(run, evidence.rules)}, so no test is known to pass.`,
        {
          ending: run.script.ending,
          output: endOfOutput(run),
        },
      );
    }
    if (failToPass.length < evidence.rules.minFailingTests) {
      return failed(
        `Expected at least ${evidence.rules.minFailingTests} test(s) to fail because of the bug, ${failToPass.length} do.`,
        { tests: failToPass },
      );
    }
    if (passToPass.length === 0) {
      return failed('With the bug no test passes at all: it breaks the environment rather than a behaviour.', {
        tests: failToPass,
        output: endOfOutput(run),
      });
    }
    return passed(`${failToPass.length} test(s) fail because of the bug, ${passToPass.length} still pass.`, {
      tests: failToPass,
    });
  },
};
