import { reportOf, type TestRun } from '@swe-selfplay/evaluation';
import { type Check, failed, passed, skipped } from '../check.js';
import { type Evidence, firstReport, flakyTests } from '../evidence.js';
import { repeatVariation } from '../repeat-variation.js';

/** Ids whose statuses are listed in the evidence; the rest are named. */
const MAX_LISTED = 100;

/** Repeats of the original and of the buggy state agree test by test; those that do not are quarantined. */
export const determinism: Check = {
  id: 'determinism',
  stage: 'buggy',
  judge(evidence) {
    if (evidence.original === undefined || evidence.buggy === undefined) return skipped('The repeats were not run.');
    const flaky = [...flakyTests(evidence)].sort();
    const total = new Set([...firstReport(evidence.original).keys(), ...flaky]).size;
    const share = total === 0 ? 0 : flaky.length / total;
    const runs = Math.max(evidence.original.length, evidence.buggy.length);
    if (flaky.length === 0) {
      return passed(`${runs} runs of the original and of the buggy state agree on ${total} tests.`);
    }
    const found = {
      tests: flaky,
      quarantined: statusesOf(flaky.slice(0, MAX_LISTED), evidence),
      repeats: conditions(runs, evidence),
    };
    if (share > evidence.rules.maxFlakyShare) {
      return failed(
        `${flaky.length} of ${total} tests differ between ${runs} runs of the same code: ${shorten(flaky)}.`,
        found,
      );
    }
    return passed(`${flaky.length} of ${total} tests are flaky and left out.`, found);
  },
};

/** What each of these tests did, repeat by repeat; `absent`: it was not reported. */
function statusesOf(ids: readonly string[], { original = [], buggy = [] }: Evidence) {
  const statuses = (runs: readonly TestRun[], id: string) => runs.map((run) => reportOf(run).get(id) ?? 'absent');
  return ids.map((id) => ({ id, original: statuses(original, id), buggy: statuses(buggy, id) }));
}

/** Under what each repeat ran. */
function conditions(runs: number, { rules }: Evidence) {
  return Array.from({ length: runs }, (_, repeat) => ({ hashSeed: repeat, ...repeatVariation(repeat, rules) }));
}

function shorten(ids: readonly string[]): string {
  return ids.length <= 3 ? ids.join(', ') : `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more`;
}
