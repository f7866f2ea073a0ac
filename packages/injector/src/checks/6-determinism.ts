import { type Check, failed, passed, skipped } from '../check.js';
import { firstReport, flakyTests } from '../evidence.js';

/** Repeats of the original and of the buggy state agree test by test; those that do not are quarantined. */
export const determinism: Check = {
  id: 'determinism',
  stage: 'buggy',
  judge(evidence) {
    if (evidence.original === undefined || evidence.buggy === undefined) return skipped('The repeats were not run.');
    const flaky = [...flakyTests(evidence)].sort();
    const total = new Set([...firstReport(evidence.original).keys(), ...flaky]).size;
    const share = total === 0 ? 0 : flaky.length / total;
    if (share > evidence.rules.maxFlakyShare) {
      return failed(
        `${flaky.length} of ${total} tests differ between ${evidence.rules.repeats} runs of the same code: ${shorten(flaky)}.`,
        { tests: flaky },
      );
    }
    if (flaky.length > 0) return passed(`${flaky.length} of ${total} tests are flaky and left out.`, { tests: flaky });
    return passed(`${evidence.rules.repeats} runs of the original and of the buggy state agree on ${total} tests.`);
  },
};

function shorten(ids: readonly string[]): string {
  return ids.length <= 3 ? ids.join(', ') : `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more`;
}
