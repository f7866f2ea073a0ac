import { partitionTests, type TestReport } from '@swe-selfplay/artifact';
import { reportOf, type TestRun } from '@swe-selfplay/evaluation';
import { type Check, failed, passed, skipped } from '../../check.js';
import { type Evidence, flakyTests, type NeutralRun, stableReports } from '../../evidence.js';

/**
 * Comments in changed files, in their neighbours and in oracle tests change no result: neither of the bug, nor of a state
 * with one change put back, nor of the original where a failing test is concerned (SPEC 8.3). What fails by the text of
 * the code shows here. Tests that read sources for a living differ on the original already, and are left out.
 */
export const neutralEdit: Check = {
  id: 'neutral-edit',
  stage: 'neutral',
  judge(evidence) {
    const { neutral, bugInject } = evidence;
    if (neutral === undefined || neutral.length === 0) return skipped('The states with comments added were not run.');
    if (neutral.length !== bugInject.changes.length + 2) {
      return failed(`Expected ${bugInject.changes.length + 2} states with comments added, got ${neutral.length}.`);
    }
    const flaky = flakyTests(evidence);
    const { original, buggy } = stableReports(evidence);
    const failing = new Set(partitionTests(original, buggy, flaky).failToPass);
    const textual = new Set<string>();
    for (const rerun of neutral) {
      const before = plainRun(evidence, rerun);
      if (before === undefined) return skipped(`${describeState(rerun)} was not run without added comments.`);
      const tests = differences(reportOf(before), reportOf(rerun.run)).filter(
        (id) => !flaky.has(id) && !textual.has(id),
      );
      const hasEndedAlike = before.script.ending === rerun.run.script.ending;
      if (rerun.state === 'original' && hasEndedAlike && !tests.some((id) => failing.has(id))) {
        for (const id of tests) textual.add(id);
      } else if (tests.length > 0 || !hasEndedAlike) {
        return failed(
          `Comments added to ${rerun.edited.length} file(s) change ${tests.length} result(s) of ${describeState(rerun)}: ` +
            'they hang on the text of the code rather than on what it does.',
          { state: rerun.state, putBack: rerun.paths, tests, files: rerun.edited, ending: rerun.run.script.ending },
        );
      }
    }
    const files = [...new Set(neutral.flatMap(({ edited }) => edited))].sort();
    const left = textual.size === 0 ? '' : `, but for ${textual.size} test(s) that read sources on the original too`;
    return passed(`Comments added to ${files.length} file(s) change no result in ${neutral.length} states${left}.`, {
      files,
      ...(textual.size > 0 && { leftOut: [...textual].sort() }),
    });
  },
};

function plainRun({ original, buggy, reverted = [] }: Evidence, { state, paths }: NeutralRun): TestRun | undefined {
  switch (state) {
    case 'original':
      return original?.[0];
    case 'buggy':
      return buggy?.[0];
    case 'reverted':
      return reverted.find((candidate) => candidate.paths.join('\0') === paths.join('\0'))?.run;
  }
}

function differences(before: TestReport, after: TestReport): string[] {
  const ids = new Set([...before.keys(), ...after.keys()]);
  return [...ids].filter((id) => before.get(id) !== after.get(id)).sort();
}

function describeState({ state, paths }: NeutralRun): string {
  switch (state) {
    case 'original':
      return 'the original';
    case 'buggy':
      return 'the buggy state';
    case 'reverted':
      return `the buggy state with ${paths.join(', ')} put back`;
  }
}
