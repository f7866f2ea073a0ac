import {
  type ArtifactReading,
  type BugArtifact,
  listPaths,
  modeOf,
  type Patch,
  type PatchApplication,
  type Snapshot,
  touchedPaths,
} from '@swe-selfplay/artifact';
import {
  artifactStates,
  type GuardRule,
  guardedFiles,
  revertChange,
  separableChanges,
  type TestRun,
  type TestRunner,
} from '@swe-selfplay/evaluation';
import type { EvidenceStage } from './check.js';
import type { Evidence, ParserProbe, PatchFacts, RevertedRun } from './evidence.js';
import { probeParser } from './probe-parser.js';
import type { ValidationRules } from './validation-rules.js';

export interface EvidenceSource {
  readonly original: Snapshot;
  readonly reading: ArtifactReading;
  readonly rules: ValidationRules;
  readonly runner: TestRunner;
  readonly guardRules?: readonly GuardRule[] | undefined;
  /** Ends the runs that are still under way. */
  readonly signal: AbortSignal;
}

/** Evidence that grows stage by stage; the runs of all stages are started together, so that workers are never idle. */
export interface EvidenceGathering {
  readonly evidence: Evidence;
  /** All runs that were made for this evidence so far, without their outputs. */
  readonly runs: readonly TestRun[];
  /** Waits until the stage is complete. Throws EvaluationError `infra` where a run could not be made. */
  reach(stage: EvidenceStage): Promise<void>;
}

/** Gathers the static facts; runs start when the first stage beyond `static` is asked for. */
export async function gatherEvidence(source: EvidenceSource): Promise<EvidenceGathering> {
  const parts: Partial<BugArtifact> = source.reading.status === 'read' ? source.reading.artifact : source.reading.parts;
  const states = await artifactStates(source.original, parts);
  let evidence = staticEvidence(source, parts, states);
  const runs: TestRun[] = [];
  let started: StartedRuns | undefined;

  return {
    get evidence() {
      return evidence;
    },
    runs,
    async reach(stage) {
      if (stage === 'static') return;
      started ??= startRuns(source, parts, snapshotOf(states.buggy), snapshotOf(states.weakened), runs);
      for (const next of STAGES.slice(0, STAGES.indexOf(stage) + 1)) {
        evidence = { ...evidence, ...(await started[next]) };
      }
    },
  };
}

const STAGES = ['original', 'buggy', 'weakened', 'reverted'] as const;

type StartedRuns = Record<(typeof STAGES)[number], Promise<Partial<Evidence>>>;

function staticEvidence(
  { original, reading, rules, guardRules }: EvidenceSource,
  parts: Partial<BugArtifact>,
  states: { readonly buggy: PatchApplication | undefined; readonly weakened: PatchApplication | undefined },
): Evidence {
  const { testFiles = [] } = parts;
  const bugInject = patchFacts(parts.bugInject, states.buggy);
  const buggy = snapshotOf(states.buggy) ?? original;
  const trees = { original: listPaths(original), candidate: listPaths(buggy) };
  return {
    rules,
    problems: reading.status === 'read' ? [] : reading.problems,
    testFiles: testFiles.map((path) => ({ path, found: whatIsAt(original, path) })),
    bugInject,
    testWeaken: patchFacts(parts.testWeaken, states.weakened),
    guardedPaths: guardedFiles(bugInject.paths, trees, { testFiles, ...(guardRules && { rules: guardRules }) }),
  };
}

/**
 * Starts every run in the order in which checks need them. A state that cannot be made (its patch does not apply)
 * brings nothing, and the checks that need it say so.
 */
function startRuns(
  { original, rules, runner, signal }: EvidenceSource,
  parts: Partial<BugArtifact>,
  buggy: Snapshot | undefined,
  weakened: Snapshot | undefined,
  runs: TestRun[],
): StartedRuns {
  const { testCommand: command } = parts;
  if (command === undefined) return { original: nothing(), buggy: nothing(), weakened: nothing(), reverted: nothing() };

  const run = async (snapshot: Snapshot, repeat = 0): Promise<TestRun> => {
    const finished = await runner.run(snapshot, command, { repeat, timeoutMs: rules.timeoutMs, signal });
    runs.push(withoutOutput(finished));
    return finished;
  };
  const repeated = (snapshot: Snapshot) =>
    Promise.all(Array.from({ length: rules.repeats }, (_, repeat) => run(snapshot, repeat)));

  const originalRuns = repeated(original);
  const buggyRuns = buggy && repeated(buggy);
  const weakenedRun = weakened && run(weakened);
  const changes = parts.bugInject ? separableChanges(parts.bugInject) : [];
  const revertedRuns =
    buggy &&
    Promise.all(
      changes.map(
        async (paths): Promise<RevertedRun> => ({
          paths,
          run: withoutOutput(await run(revertChange(buggy, original, paths))),
        }),
      ),
    );
  const probe = originalRuns.then(async ([first]): Promise<ParserProbe | undefined> => {
    if (first?.parse?.status !== 'parsed') return undefined;
    return probeParser(runner, command, first.script.output, signal);
  });

  const stages: StartedRuns = {
    original: Promise.all([originalRuns, probe]).then(([results, parserProbe]) => ({
      original: results,
      ...(parserProbe && { parserProbe }),
    })),
    buggy: buggyRuns?.then((results) => ({ buggy: results })) ?? nothing(),
    weakened: weakenedRun?.then((result) => ({ weakened: result })) ?? nothing(),
    reverted: revertedRuns?.then((results) => ({ reverted: results })) ?? nothing(),
  };
  // A stage that nobody comes to wait for must not end the process when it fails.
  for (const stage of Object.values(stages)) stage.catch(() => undefined);
  return stages;
}

/** A bug of a thousand files has a thousand runs; what all of them print would not go into memory. */
function withoutOutput(run: TestRun): TestRun {
  return { ...run, script: { ...run.script, output: new Uint8Array() } };
}

function patchFacts(patch: Patch | undefined, application: PatchApplication | undefined): PatchFacts {
  if (patch === undefined) return { application, paths: [], changes: [] };
  return { application, paths: touchedPaths(patch), changes: separableChanges(patch) };
}

function whatIsAt(original: Snapshot, path: string): 'regular-file' | 'link' | 'nothing' {
  const mode = modeOf(original, path);
  if (mode === undefined) return 'nothing';
  return mode === '120000' ? 'link' : 'regular-file';
}

function snapshotOf(application: PatchApplication | undefined): Snapshot | undefined {
  return application?.status === 'applied' ? application.snapshot : undefined;
}

async function nothing(): Promise<Partial<Evidence>> {
  return {};
}
