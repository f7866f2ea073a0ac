import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints the one line that closes a test run: `N passed, N failed`, and how many were skipped if any were. Suites whose
 * name says `SKIPPED: reason`, since this machine lacks something, are named once more in front of it.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    let skipped = 0;
    const reasons = new Set<string>();
    for (const module of modules) {
      // A file that cannot be loaded and a hook that throws have no test to count, yet they failed.
      for (const group of [module, ...module.children.allSuites()]) if (group.errors().length > 0) failed += 1;
      for (const { name } of module.children.allSuites()) if (name.startsWith('SKIPPED: ')) reasons.add(name);
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'skipped') skipped += 1;
        // A test that never ended, since its process died, did not pass.
        else failed += 1;
      }
    }
    for (const reason of reasons) console.log(reason);
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  }
}
