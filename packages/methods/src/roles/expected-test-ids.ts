import type { TestReport } from '@swe-selfplay/artifact';
import { codeBlocksOf, type TestFramework } from '@swe-selfplay/python';

/**
 * True where the report of one file says no more than that the file could not be loaded. That is one id which vanishes
 * when the code is mended, so nothing could be told by it: bugs that took away what a test imports are like that.
 */
export function isLoadFailure(report: TestReport, path: string): boolean {
  const alone = [...report.keys()];
  return alone.length > 0 && alone.every((id) => id === path || id === `import of ${path}` || id === 'collection');
}

/**
 * The ids under which a framework will report the tests of a file, read from its text: functions named like tests at its
 * top level and in its top-level classes. Parametrised ones are left out, since their ids cannot be told. `paths`: every
 * file of the tree. Undefined where there are none, or the file does not parse.
 */
export function expectedTestIds(
  { name }: Pick<TestFramework, 'name'>,
  path: string,
  source: string,
  paths: ReadonlySet<string>,
): readonly string[] | undefined {
  const tests = (codeBlocksOf(source) ?? []).filter(
    ({ kind, qualifiedName, text }) =>
      kind === 'function' && /^test/.test(qualifiedName.split('.').at(-1)!) && !/^\s*@.*\bparametri[sz]e\b/m.test(text),
  );
  const inClass = name === 'unittest' ? tests.filter(({ owner }) => owner !== undefined) : tests;
  const names = inClass.map(({ qualifiedName }) => qualifiedName);
  if (names.length === 0) return undefined;
  if (name === 'unittest') return names.map((each) => `${moduleOf(path, paths)}.${each}`);
  return names.map((each) => `${path}::${each.replaceAll('.', '::')}`);
}

/** The name of a module from the topmost directory that is still a package. */
function moduleOf(path: string, paths: ReadonlySet<string>): string {
  const parts = path.replace(/\.py$/, '').split('/');
  let first = parts.length - 1;
  while (first > 0 && paths.has([...parts.slice(0, first), '__init__.py'].join('/'))) first -= 1;
  return parts.slice(first).join('.');
}
