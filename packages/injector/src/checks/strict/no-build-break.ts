import { partitionTests } from '@swe-selfplay/artifact';
import { type Check, failed, passed, skipped } from '../../check.js';
import { flakyTests, stableReports } from '../../evidence.js';

/** The bug lets everything be parsed that was parsed before, and at least one failing test still runs. */
export const noBuildBreak: Check = {
  id: 'no-build-break',
  stage: 'buggy',
  judge(evidence) {
    const { bugFiles } = evidence;
    if (bugFiles === undefined || evidence.original === undefined || evidence.buggy === undefined) {
      return skipped('The bug was not applied and run.');
    }
    const broken = bugFiles.filter(
      ({ before, after }) => after?.outline?.parses === false && before?.outline?.parses !== false,
    );
    if (broken.length > 0) {
      const files = broken.map(({ path }) => path);
      return failed(`With the bug, ${files.join(', ')} cannot be parsed: a syntax error is no bug.`, { files });
    }
    const { original, buggy } = stableReports(evidence);
    const { failToPass } = partitionTests(original, buggy, flakyTests(evidence));
    if (failToPass.length > 0 && failToPass.every((id) => !buggy.has(id))) {
      return failed(
        `With the bug, none of the ${failToPass.length} failing test(s) runs any more: it breaks their import.`,
        {
          tests: failToPass,
        },
      );
    }
    return passed('With the bug, every changed file still parses, and the failing tests still run.');
  },
};
