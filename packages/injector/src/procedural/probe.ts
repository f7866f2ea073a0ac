import type { Snapshot, TestReport } from '@swe-selfplay/artifact';
import { reportOf } from '@swe-selfplay/evaluation';
import { type DiscoveredTests, type DiscoverOptions, signalOf } from './discover-tests.js';

/** What a changed state did; `undefined` where it did not end within a few times what the original takes. */
export type Probe = { readonly report: TestReport; readonly output: string } | undefined;

const MIN_PROBE_MS = 15_000;
/** Other runs on the same cores slow a run down; an endless loop is slower still. */
const SLOWDOWN = 8;

/**
 * Runs the tests on a changed state. A run that is given up early is ended by a signal and not by a shorter limit, so
 * that runs which do end are the very runs that validation asks for, and are shared.
 */
export async function probe(snapshot: Snapshot, tests: DiscoveredTests, options: DiscoverOptions): Promise<Probe> {
  const patienceMs = Math.min(options.timeoutMs, Math.max(MIN_PROBE_MS, SLOWDOWN * tests.baselineMs));
  const impatience = AbortSignal.timeout(Math.ceil(patienceMs));
  const signal = options.signal ? AbortSignal.any([options.signal, impatience]) : impatience;
  try {
    const run = await options.runner.run(snapshot, tests.command, { timeoutMs: options.timeoutMs, signal });
    if (run.script.ending !== 'exited') return undefined;
    return { report: reportOf(run), output: Buffer.from(run.script.output).toString('utf8') };
  } catch (error) {
    signalOf(options).signal?.throwIfAborted();
    if (impatience.aborted) return undefined;
    throw error;
  }
}
