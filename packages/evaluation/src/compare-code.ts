import type { TestRun } from './test-run.js';
import type { Witness } from './witness.js';

const DIGEST_CHARS = 16;

/**
 * Ids that passed although they did not run the code that they run on the original, by what the second witness tells of
 * code. Oracle files are those of the original in a graded run, so what they define is equal there. Compared are tests that
 * have code in one of `testFiles` in both of two runs of the original, and in these equal code; the second of them is asked
 * for only where a difference is to be judged. Code of other files of the repository may be what a patch mends: of that
 * counts only whether it wraps a test.
 */
export async function changedCode(
  testFiles: readonly string[],
  expected: readonly string[],
  witness: Witness,
  runOriginal: (repeat: number) => Promise<TestRun>,
): Promise<string[]> {
  const oracle = new Set(testFiles);
  const codeOf = (from: Witness | undefined, id: string) => relevantCode(from?.code?.get(id), oracle);
  const { witness: first } = await runOriginal(0);
  const differing = expected.filter((id) => {
    const code = codeOf(first, id);
    return code?.isOracle && witness.results.get(id) === 'passed' && code.text !== codeOf(witness, id)?.text;
  });
  if (differing.length === 0) return [];
  const { witness: second } = await runOriginal(1);
  return differing.filter((id) => codeOf(second, id)?.text === codeOf(first, id)?.text);
}

/** What of a test's code must not change, and whether some of it is of an oracle file. */
function relevantCode(
  code: string | undefined,
  oracle: ReadonlySet<string>,
): { readonly text: string; readonly isOracle: boolean } | undefined {
  if (code === undefined) return undefined;
  const kept: string[] = [];
  let isOracle = false;
  for (const part of code.split('\t')) {
    const path = part.slice(1 + DIGEST_CHARS);
    const isOfOracle = oracle.has(path);
    isOracle ||= isOfOracle;
    const isCalled = part.startsWith('w');
    if (isOfOracle || (isCalled && path.startsWith('/'))) kept.push(part);
    else if (isCalled) kept.push('w');
  }
  return { text: kept.join('\t'), isOracle };
}
