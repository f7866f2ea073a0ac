import { partitionTests } from '@swe-selfplay/artifact';
import { type Check, failed, passed, skipped } from '../../check.js';
import { flakyTests, stableReports } from '../../evidence.js';

/**
 * The specification, which is test_weaken.diff reversed, shows the file of every failing test. Test ids are the
 * parser's own, so a file counts as a test's where the id has its path or its module name, or where its text has the
 * id's last word.
 */
export const failingTestsShown: Check = {
  id: 'failing-tests-shown',
  stage: 'buggy',
  judge(evidence) {
    const { weakenedFiles, testWeaken } = evidence;
    if (weakenedFiles === undefined || evidence.original === undefined || evidence.buggy === undefined) {
      return skipped('The diffs were not applied, or the bug was not run.');
    }
    const { original, buggy } = stableReports(evidence);
    const { failToPass } = partitionTests(original, buggy, flakyTests(evidence));
    const shown = new Set(testWeaken.paths);
    const known = evidence.testFiles.map(({ path }) => path);
    const words = new Set(weakenedFiles.flatMap(({ before }) => before?.text?.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []));
    const unseen = failToPass.filter((id) => {
      const files = known.filter((path) => namesFile(id, path));
      return files.length > 0 ? !files.some((path) => shown.has(path)) : !words.has(lastWord(id));
    });
    if (unseen.length > 0) {
      return failed(
        `${unseen.length} of ${failToPass.length} failing test(s) lie in files that test_weaken.diff leaves alone, so that the specification does not show them.`,
        { tests: unseen, shown: [...shown] },
      );
    }
    return passed(`The specification shows the files of all ${failToPass.length} failing test(s).`);
  },
};

/** True where the id holds the path, or the module name that belongs to it, as whole words. */
function namesFile(id: string, path: string): boolean {
  const module = path.replace(/\.\w+$/, '').replaceAll('/', '.');
  const [name = ''] = module.split('.').slice(-1);
  return [path, module].some((word) => holdsWord(id, word)) || new RegExp(`^${escaped(name)}(?=[.:]|$)`).test(id);
}

function holdsWord(id: string, word: string): boolean {
  return new RegExp(`(?<![\\w/.])${escaped(word)}(?![\\w/])`).test(id);
}

/** Without parameters: `test_read` of `tests/test_io.py::Reading::test_read[a-1]`. */
function lastWord(id: string): string {
  const plain = id.replace(/[[(].*$/s, '').trim();
  return /([\p{L}_][\p{L}\p{N}_]*)\W*$/u.exec(plain)?.[1] ?? '';
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
