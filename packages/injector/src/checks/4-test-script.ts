import { passingTests } from '@swe-selfplay/artifact';
import { reportOf } from '@swe-selfplay/evaluation';
import { type Check, failed, passed, skipped } from '../check.js';
import { endOfOutput, endingSentence } from '../describe-run.js';
import { problemIn } from '../problem-in.js';

/** On the original the script ends within its limits and shows enough tests, all passing. */
export const testScript: Check = {
  id: 'test-script',
  stage: 'original',
  judge(evidence) {
    const problem = problemIn(evidence, 'test_script.sh');
    if (problem !== undefined) return problem;
    const run = evidence.original?.[0];
    if (run === undefined) return skipped('The original was not run.');
    if (run.script.ending !== 'exited') {
      return failed(`On the original, test_script.sh ${endingSentence(run, evidence.rules)}.`, {
        ending: run.script.ending,
        output: endOfOutput(run),
      });
    }
    if (run.script.output.every((byte) => byte === 10 || byte === 13 || byte === 32)) {
      return failed('On the original, test_script.sh printed nothing.');
    }
    if (run.parse?.status !== 'parsed') {
      return skipped('test_script.sh ends in time; its tests cannot be counted, since test_parser.py failed.');
    }
    const report = reportOf(run);
    const passing = passingTests(report);
    const failing = [...report.keys()].filter((id) => report.get(id) === 'failed');
    if (failing.length > 0) {
      return failed(`Expected all tests to pass on the original; ${failing.length} of ${report.size} fail.`, {
        tests: failing,
        output: endOfOutput(run),
      });
    }
    if (passing.length < evidence.rules.minPassingTests) {
      return failed(
        `Expected at least ${evidence.rules.minPassingTests} passing tests on the original, found ${passing.length}.`,
        { passing: passing.length, output: endOfOutput(run) },
      );
    }
    return passed(`${passing.length} tests pass on the original.`, { passing: passing.length });
  },
};
