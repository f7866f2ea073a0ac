import { createHash } from 'node:crypto';
import { layersOf, type Snapshot, type TestCommand } from '@swe-selfplay/artifact';
import { EvaluationError, type TestRun, type TestRunner } from '@swe-selfplay/evaluation';
import type { RunTally } from './evidence.js';

export interface EvidenceRunOptions {
  readonly runner: TestRunner;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each evaluation that was asked for, also where it was a run that another one had asked for. */
  readonly onFinished?: (() => void) | undefined;
}

export interface EvidenceRunLimits {
  readonly repeat?: number;
  /** Default that of the account. A run that was asked for already keeps the time that it was given then. */
  readonly timeoutMs?: number | undefined;
}

/** Runs of one matrix: equal (snapshot, command) pairs are one run, whoever asks and whenever. */
export interface EvidenceRuns {
  /** The run, its raw output left out; null where the sandbox failed again and again: nothing is known of this cell. */
  run(snapshot: Snapshot, command: TestCommand, options?: EvidenceRunLimits): Promise<TestRun | null>;
  tally(): RunTally;
}

const NO_OUTPUT = new Uint8Array();

/** Makes the account of runs that one matrix is gathered with; how many run at once is the business of the runner. */
export function createEvidenceRuns(options: EvidenceRunOptions): EvidenceRuns {
  const { runner, signal, onFinished } = options;
  const runs = new Map<string, Promise<TestRun | null>>();
  const tally = { requested: 0, executed: 0, cached: 0 };

  async function runOnce(
    snapshot: Snapshot,
    command: TestCommand,
    { repeat = 0, timeoutMs = options.timeoutMs }: EvidenceRunLimits,
  ): Promise<TestRun | null> {
    try {
      const limits = timeoutMs === undefined ? {} : { timeoutMs };
      const run = await runner.run(snapshot, command, { repeat, ...limits, ...(signal && { signal }) });
      if (run.isCached) tally.cached += 1;
      else tally.executed += 1;
      // Reports are small and kept; outputs of thousands of runs are neither.
      return { ...run, script: { ...run.script, output: NO_OUTPUT } };
    } catch (error) {
      if (error instanceof EvaluationError) return null;
      throw error;
    }
  }

  return {
    async run(snapshot, command, limits = {}) {
      tally.requested += 1;
      // Detached and layered states of one tree have two digests and one run.
      const key = `${layersOf(snapshot).digest} ${digestOf(command)} ${limits.repeat ?? 0}`;
      const run = runs.get(key) ?? runOnce(snapshot, command, limits);
      runs.set(key, run);
      const result = await run;
      onFinished?.();
      return result;
    },
    tally: () => ({ ...tally, distinct: runs.size }),
  };
}

function digestOf({ script, parser }: TestCommand): string {
  const hash = createHash('sha256');
  for (const part of [script, parser]) hash.update(createHash('sha256').update(part).digest());
  return hash.digest('hex');
}
