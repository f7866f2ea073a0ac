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
  separableChanges,
  type TestRun,
  type TestRunner,
} from '@swe-selfplay/evaluation';
import type { EvidenceStage } from './check.js';
import type { Evidence, PatchFacts } from './evidence.js';
import { fileChanges } from './file-changes.js';
import { type StartedRuns, startRuns } from './start-runs.js';
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

/** Evidence that grows stage by stage; runs are started together, so that workers are never idle. */
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
  const buggy = snapshotOf(states.buggy);
  const weakened = snapshotOf(states.weakened);
  let evidence: Evidence = {
    ...staticEvidence(source, parts, states),
    ...(parts.bugInject && buggy && { bugFiles: await fileChanges(parts.bugInject, source.original, buggy) }),
    ...(parts.testWeaken &&
      buggy &&
      weakened && { weakenedFiles: await fileChanges(parts.testWeaken, buggy, weakened) }),
  };
  const runs: TestRun[] = [];
  let started: StartedRuns | undefined;

  return {
    get evidence() {
      return evidence;
    },
    runs,
    async reach(stage) {
      if (stage === 'static') return;
      started ??= startRuns({ ...source, buggy, weakened, parts, onRun: (run) => runs.push(run) });
      for (const next of STAGES.slice(0, STAGES.indexOf(stage) + 1)) {
        evidence = { ...evidence, ...(await started[next]()) };
      }
    },
  };
}

const STAGES = ['original', 'buggy', 'weakened', 'reverted', 'neutral'] as const;

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
    runnersNamed: runnersNamedIn(parts.testCommand?.script),
    guardedPaths: guardedFiles(bugInject.paths, trees, { testFiles, ...(guardRules && { rules: guardRules }) }),
  };
}

function patchFacts(patch: Patch | undefined, application: PatchApplication | undefined): PatchFacts {
  if (patch === undefined) return { application, paths: [], changes: [] };
  return { application, paths: touchedPaths(patch), changes: separableChanges(patch) };
}

function runnersNamedIn(script: Uint8Array = new Uint8Array()): string[] {
  const text = Buffer.from(script).toString('latin1');
  return ['pytest', 'unittest'].filter((name) => new RegExp(`\\b${name}\\b`).test(text));
}

function whatIsAt(original: Snapshot, path: string): 'regular-file' | 'link' | 'nothing' {
  const mode = modeOf(original, path);
  if (mode === undefined) return 'nothing';
  return mode === '120000' ? 'link' : 'regular-file';
}

function snapshotOf(application: PatchApplication | undefined): Snapshot | undefined {
  return application?.status === 'applied' ? application.snapshot : undefined;
}
