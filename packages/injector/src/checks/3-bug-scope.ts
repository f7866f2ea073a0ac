import { type Check, failed, passed } from '../check.js';

/** bug_inject changes enough files and not too many, none of them an oracle test file or a guarded runner file. */
export const bugScope: Check = {
  id: 'bug-scope',
  stage: 'static',
  judge({ rules, bugInject, testFiles, guardedPaths }) {
    const oracle = new Set(testFiles.map(({ path }) => path));
    const broken = bugInject.paths.filter((path) => oracle.has(path));
    if (broken.length > 0) {
      return failed(`bug_inject.diff must leave oracle test files alone, but changes ${broken.join(', ')}.`, {
        files: broken,
      });
    }
    if (guardedPaths.length > 0) {
      return failed(
        `bug_inject.diff must leave files alone that decide how tests run, but changes ${guardedPaths.join(', ')}.`,
        { files: guardedPaths },
      );
    }
    const changed = bugInject.changes.length;
    if (changed < rules.minChangedFiles) {
      return failed(
        `Expected bug_inject.diff to change at least ${rules.minChangedFiles} file(s), it changes ${changed}.`,
        {
          files: bugInject.paths,
        },
      );
    }
    if (changed > rules.maxChangedFiles) {
      return failed(
        `Expected bug_inject.diff to change at most ${rules.maxChangedFiles} file(s), it changes ${changed}.`,
        { changed },
      );
    }
    return passed(`bug_inject.diff changes ${changed} file(s), none of them a test or guarded.`, {
      files: bugInject.paths,
    });
  },
};
