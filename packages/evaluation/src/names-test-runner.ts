import type { Patch } from '@swe-selfplay/artifact';

/**
 * Words by which code under test would reach for the runner that judges it, for the state of the interpreter, or for an
 * early end. Code has honest uses for some of them, so this is a hint to a person and no verdict.
 */
const REACHING = new RegExp(
  [
    String.raw`\b(unittest|pytest|_pytest|nose2?|doctest|atexit|TestCase|TestResult|TextTestRunner)\b`,
    'PYTEST_CURRENT_TEST|PYTEST_ADDOPTS',
    String.raw`\bos\.(_exit|abort|kill)|\bsys\.(exit|modules|meta_path|settrace|setprofile|_getframe|stdout|stderr|__stdout__|__stderr__)`,
    String.raw`\binspect\.(stack|currentframe)|\bgc\.(get_objects|get_referrers)|\bbuiltins\b|__builtins__`,
    String.raw`\bprocess\.(exit|abort|reallyExit)|\b(jest|vitest|mocha)\b`,
  ].join('|'),
);

/** True where a line that the patch adds to one of `paths` names a test runner, or what one could be fooled with. */
export function namesTestRunner(patch: Patch, paths: ReadonlySet<string>): boolean {
  return patch.files.some(
    ({ newPath, content }) =>
      newPath !== undefined &&
      paths.has(newPath) &&
      content.kind === 'text' &&
      content.hunks.some(({ lines }) => lines.some(({ kind, text }) => kind === 'added' && REACHING.test(text))),
  );
}
