import { type Check, failed, passed } from '../check.js';
import { problemIn } from '../problem-in.js';

/** Every listed file is a regular file of the original; the list covers every file that test_weaken touches. */
export const testFiles: Check = {
  id: 'test-files',
  stage: 'static',
  judge(evidence) {
    const problem = problemIn(evidence, 'test_files.txt');
    if (problem !== undefined) return problem;
    if (evidence.testFiles.length === 0) return failed('test_files.txt lists no file.');
    const absent = evidence.testFiles.filter(({ found }) => found !== 'regular-file');
    if (absent.length > 0) {
      const listed = absent.map(({ path, found }) => `${path} (${found === 'link' ? 'a link' : 'not there'})`);
      return failed(
        `Expected every file in test_files.txt to be a regular file of the original; not so: ${listed.join(', ')}.`,
        {
          files: absent.map(({ path }) => path),
        },
      );
    }
    const listed = new Set(evidence.testFiles.map(({ path }) => path));
    const uncovered = evidence.testWeaken.paths.filter((path) => !listed.has(path));
    if (uncovered.length > 0) {
      return failed(
        `Expected test_files.txt to list every file changed by test_weaken.diff; missing: ${uncovered.join(', ')}.`,
        { files: uncovered },
      );
    }
    return passed(`${listed.size} oracle test file(s), all there, covering test_weaken.diff.`);
  },
};
