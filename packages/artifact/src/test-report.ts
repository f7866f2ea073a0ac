/** What one test did in one run. */
export type TestStatus = 'passed' | 'failed';

/** Test id to status, from one run of script and parser on one snapshot; in the parser's order. */
export type TestReport = ReadonlyMap<string, TestStatus>;

/** Ids that passed, in the order of the report. */
export function passingTests(report: TestReport): string[] {
  return [...report].filter(([, status]) => status === 'passed').map(([id]) => id);
}

/** True only where the id is present and passed: an absent test is not a pass (SPEC 5). */
export function hasPassed(report: TestReport, id: string): boolean {
  return report.get(id) === 'passed';
}

/** FAIL_TO_PASS and PASS_TO_PASS: ids that pass on the original and do not, or do, pass with the bug. */
export interface TestPartition {
  readonly failToPass: readonly string[];
  readonly passToPass: readonly string[];
}

/** Splits the ids that pass on the original by what they do with the bug; ids in `flaky` are in neither part. */
export function partitionTests(original: TestReport, buggy: TestReport, flaky: ReadonlySet<string>): TestPartition {
  const stable = passingTests(original).filter((id) => !flaky.has(id));
  return {
    failToPass: stable.filter((id) => !hasPassed(buggy, id)).sort(),
    passToPass: stable.filter((id) => hasPassed(buggy, id)).sort(),
  };
}
