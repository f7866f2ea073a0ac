import type { Snapshot, TestReport } from '@swe-selfplay/artifact';
import { reportOf } from '@swe-selfplay/evaluation';
import type { DiscoveredTests, DiscoverOptions } from './discover-tests.js';

/** What a changed state did; undefined where it did not end in time. */
export type Probe = { readonly report: TestReport; readonly output: string } | undefined;

/** Runs the tests on a state. `mayHang`: nothing is known of it yet, so do not wait for the limit of validation. */
export type RunProbe = (snapshot: Snapshot, options?: { readonly mayHang?: boolean }) => Promise<Probe>;

const MIN_PATIENCE_MS = 30_000;
/** Other runs on the same cores slow a run down; an endless loop is slower still. */
const SLOWDOWN = 8;

/**
 * Makes the function that runs the tests on changed states. A run that is given up early is ended by a signal and not
 * by a shorter limit, so that runs which do end are the very runs that validation asks for, and are shared.
 */
export function createProbe(tests: DiscoveredTests, { runner, timeoutMs, signal: outer }: DiscoverOptions): RunProbe {
  const patienceMs = Math.ceil(Math.min(timeoutMs, Math.max(MIN_PATIENCE_MS, SLOWDOWN * tests.baselineMs)));
  return async (snapshot, { mayHang = false } = {}) => {
    const impatience = mayHang ? AbortSignal.timeout(patienceMs) : undefined;
    const signals = [outer, impatience].filter((signal) => signal !== undefined);
    try {
      const run = await runner.run(snapshot, tests.command, { timeoutMs, signal: AbortSignal.any(signals) });
      if (run.script.ending !== 'exited') return undefined;
      return { report: reportOf(run), output: Buffer.from(run.script.output).toString('utf8') };
    } catch (error) {
      outer?.throwIfAborted();
      if (impatience?.aborted) return undefined;
      throw error;
    }
  };
}
