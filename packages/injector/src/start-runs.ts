import type { BugArtifact, Snapshot, TestReport } from '@swe-selfplay/artifact';
import { reportOf, revertChange, separableChanges, type TestRun, type TestRunner } from '@swe-selfplay/evaluation';
import type { EvidenceStage } from './check.js';
import { type Evidence, flakyTests, type NeutralRun, type ParserProbe, type RevertedRun } from './evidence.js';
import { editNeutrally } from './neutral-edit.js';
import { neutralPaths } from './neutral-paths.js';
import { probeParser } from './probe-parser.js';
import { repeatVariation } from './repeat-variation.js';
import type { ValidationRules } from './validation-rules.js';

export interface RunsSource {
  readonly original: Snapshot;
  readonly buggy: Snapshot | undefined;
  readonly weakened: Snapshot | undefined;
  readonly parts: Partial<BugArtifact>;
  readonly rules: ValidationRules;
  readonly runner: TestRunner;
  readonly signal: AbortSignal;
  /** Hears of every run, without its output. */
  readonly onRun: (run: TestRun) => void;
}

/** The runs of each stage; of `neutral` they start with the first call. */
export type StartedRuns = Readonly<Record<Exclude<EvidenceStage, 'static'>, () => Promise<Partial<Evidence>>>>;

/**
 * Starts every run but those of `neutral`, in the order in which checks need them. A state that cannot be made (its
 * patch does not apply) brings nothing, and the checks that need it say so.
 */
export function startRuns(source: RunsSource): StartedRuns {
  const { original, buggy, weakened, parts, rules, runner, signal, onRun } = source;
  const { testCommand: command } = parts;
  if (command === undefined) {
    return { original: nothing, buggy: nothing, weakened: nothing, reverted: nothing, neutral: nothing };
  }
  const run = async (snapshot: Snapshot, repeat = 0): Promise<TestRun> => {
    const variation = repeatVariation(repeat, rules);
    const finished = await runner.run(snapshot, command, {
      repeat,
      timeoutMs: rules.timeoutMs,
      signal,
      ...(variation && { variation }),
    });
    onRun(withoutOutput(finished));
    return finished;
  };
  const quietRun = async (snapshot: Snapshot) => withoutOutput(await run(snapshot));

  const originalRuns = repeated(original, rules, run);
  const buggyRuns = buggy && repeated(buggy, rules, run);
  const weakenedRun = weakened && run(weakened);
  const changes = parts.bugInject ? separableChanges(parts.bugInject) : [];
  // Too many are a failure of bug-scope already; each would be a state and a run.
  const isTooMany = changes.length > rules.maxChangedFiles;
  const revertedRuns =
    buggy &&
    !isTooMany &&
    Promise.all(
      changes.map(
        async (paths): Promise<RevertedRun> => ({ paths, run: await quietRun(revertChange(buggy, original, paths)) }),
      ),
    );
  const probe = originalRuns.then(async ([first]): Promise<ParserProbe | undefined> => {
    if (first?.parse?.status !== 'parsed') return undefined;
    return probeParser(runner, command, first.script.output, signal);
  });
  const neutralRuns = async (): Promise<readonly NeutralRun[]> => {
    if (buggy === undefined || isTooMany) return [];
    const { testFiles = [] } = parts;
    const edited = await neutralPaths(buggy, { bugPaths: changes.flat(), testFiles });
    const rerun = async (state: NeutralRun['state'], snapshot: Snapshot, paths: readonly string[] = []) => {
      const neutral = await editNeutrally(snapshot, edited, new Set(testFiles));
      return { state, paths, edited: neutral.edited, run: await quietRun(neutral.snapshot) };
    };
    return Promise.all([
      rerun('original', original),
      rerun('buggy', buggy),
      ...changes.map((paths) => rerun('reverted', revertChange(buggy, original, paths), paths)),
    ]);
  };

  let neutral: Promise<Partial<Evidence>> | undefined;
  const started = {
    original: Promise.all([originalRuns, probe]).then(([results, parserProbe]) => ({
      original: results,
      ...(parserProbe && { parserProbe }),
    })),
    buggy: buggyRuns?.then((results) => ({ buggy: results })) ?? nothing(),
    weakened: weakenedRun?.then((result) => ({ weakened: result })) ?? nothing(),
    reverted: revertedRuns ? revertedRuns.then((results) => ({ reverted: results })) : nothing(),
  };
  // A stage that nobody comes to wait for must not end the process when it fails.
  for (const stage of Object.values(started)) stage.catch(() => undefined);
  return {
    original: () => started.original,
    buggy: () => started.buggy,
    weakened: () => started.weakened,
    reverted: () => started.reverted,
    neutral: () => (neutral ??= neutralRuns().then((results) => ({ neutral: results }))),
  };
}

/**
 * Runs a state again and again, in waves that grow: once the runs of a wave leave no doubt that tests are flaky beyond
 * what is allowed, or one of them was cut, there are no more. What is known then hangs on no run's being the quicker.
 */
async function repeated(
  snapshot: Snapshot,
  rules: ValidationRules,
  run: (snapshot: Snapshot, repeat: number) => Promise<TestRun>,
): Promise<readonly TestRun[]> {
  const runs: TestRun[] = [];
  for (let size = 2; runs.length < rules.repeats && !isSettled(runs, rules); size *= 2) {
    const count = Math.min(size, rules.repeats - runs.length);
    const first = runs.length;
    const wave = await Promise.all(Array.from({ length: count }, (_, index) => run(snapshot, first + index)));
    // Only the first outputs are looked at again.
    runs.push(...(first === 0 ? wave : wave.map(withoutOutput)));
  }
  return runs;
}

function isSettled(runs: readonly TestRun[], { maxFlakyShare }: ValidationRules): boolean {
  const [first] = runs;
  if (first === undefined) return false;
  if (runs.some(({ script }) => script.ending !== 'exited')) return true;
  const report: TestReport = reportOf(first);
  const flaky = flakyTests({ original: runs });
  return flaky.size > maxFlakyShare * new Set([...report.keys(), ...flaky]).size;
}

/** A bug of a hundred files has a hundred runs; what all of them print would not go into memory. */
function withoutOutput(run: TestRun): TestRun {
  return { ...run, script: { ...run.script, output: new Uint8Array() } };
}

async function nothing(): Promise<Partial<Evidence>> {
  return {};
}
