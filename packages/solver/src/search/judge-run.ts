import { passingTests } from '@swe-selfplay/artifact';
import { reportOf, type TestRun } from '@swe-selfplay/evaluation';
import type { Failure, TestFramework } from '@swe-selfplay/python';

/** What a run of the restored tests says about a state. A run that was cut or cannot be read passes nothing. */
export interface Standing {
  readonly passed: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
  readonly failures: readonly Failure[];
}

export function standingOf(run: TestRun, framework: TestFramework): Standing {
  const report = reportOf(run);
  const passed = new Set(passingTests(report));
  return {
    passed,
    failed: new Set([...report.keys()].filter((id) => !passed.has(id))),
    failures: framework.findFailures(Buffer.from(run.script.output).toString('utf8')),
  };
}

/** True where everything that passed still passes, and more does. */
export function isBetter(candidate: Standing, current: Standing): boolean {
  return candidate.passed.size > current.passed.size && keepsPassing(candidate, current);
}

export function keepsPassing(candidate: Standing, reference: Standing): boolean {
  return [...reference.passed].every((id) => candidate.passed.has(id));
}

/** True where the tests ran and none fails. */
export function isClean(standing: Standing): boolean {
  return standing.passed.size > 0 && standing.failed.size === 0;
}
