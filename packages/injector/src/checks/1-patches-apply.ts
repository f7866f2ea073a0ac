import { type Check, failed, passed, skipped } from '../check.js';
import type { PatchFacts } from '../evidence.js';
import { problemIn } from '../problem-in.js';

/** Both diffs parse and apply in order to the original, exactly. */
export const patchesApply: Check = {
  id: 'patches-apply',
  stage: 'static',
  judge(evidence) {
    const problem = problemIn(evidence, 'bug_inject.diff') ?? problemIn(evidence, 'test_weaken.diff');
    if (problem !== undefined) return problem;
    return (
      refusal('bug_inject.diff', 'the original', evidence.bugInject) ??
      refusal('test_weaken.diff', 'the original with the bug', evidence.testWeaken) ??
      passed('bug_inject.diff and test_weaken.diff apply exactly.')
    );
  },
};

function refusal(file: string, target: string, { application }: PatchFacts) {
  if (application === undefined) return skipped(`${file} was not applied.`);
  if (application.status === 'applied') return undefined;
  const { reason, code, path, line } = application;
  return failed(`${file} does not apply to ${target}: ${reason}`, { file, code, path, line });
}
