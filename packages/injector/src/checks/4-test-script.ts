import { passingTests } from '@swe-selfplay/artifact';
import { reportOf } from '@swe-selfplay/evaluation';
import { type Check, failed, passed, skipped } from '../check.js';
import { endingSentence, endOfOutput } from '../describe-run.js';
import { flakyTests } from '../evidence.js';
import { findParserFault } from '../find-parser-fault.js';
import { problemIn } from '../problem-in.js';

/** On the original the script ends within its limits and shows enough tests, all passing. */
export const testScript: Check = {
  id: 'test-script',
  stage: 'original',
  judge(evidence) {
    const problem = problemIn(evidence, 'test_script.sh');
    if (problem !== undefined) return problem;
    const { original: runs = [], rules } = evidence;
    const [first] = runs;
    if (first === undefined) return skipped('The original was not run.');
    const cut = runs.find(({ script }) => script.ending !== 'exited');
    if (cut !== undefined) {
      return failed(`On the original, test_script.sh ${endingSentence(cut, rules)}.`, {
        ending: cut.script.ending,
        output: endOfOutput(cut),
      });
    }
    if (isBlank(first.script.output)) return failed('On the original, test_script.sh printed nothing.');
    if (findParserFault(evidence) !== undefined) {
      return skipped('test_script.sh ends in time; its tests cannot be counted, since test_parser.py failed.');
    }
    const flaky = flakyTests({ original: runs });
    const report = reportOf(first);
    const failing = [...report.keys()].filter((id) => report.get(id) === 'failed' && !flaky.has(id));
    // Where chance is at work beyond what is allowed, a test may well fail twice by it: for `determinism` to judge.
    const isUnstable = flaky.size > rules.maxFlakyShare * new Set([...report.keys(), ...flaky]).size;
    if (failing.length > 0 && !isUnstable) {
      return failed(`Expected all tests to pass on the original; ${failing.length} of ${report.size} fail.`, {
        tests: failing,
        output: endOfOutput(first),
      });
    }
    const passing = new Set(runs.flatMap((run) => passingTests(reportOf(run))));
    if (passing.size < rules.minPassingTests) {
      return failed(
        `Expected at least ${rules.minPassingTests} passing tests on the original, found ${passing.size}.`,
        {
          passing: passing.size,
          output: endOfOutput(first),
        },
      );
    }
    return passed(`${passing.size} tests pass on the original.`, { passing: passing.size });
  },
};

function isBlank(output: Uint8Array): boolean {
  return output.every((byte) => byte === 10 || byte === 13 || byte === 32);
}
