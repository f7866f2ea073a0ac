import type { Snapshot, TestStatus } from '@swe-selfplay/artifact';
import type { Parse, TestRun, Witness, WitnessedOutcome } from '@swe-selfplay/evaluation';
import type { Evidence, NeutralRun } from './evidence.js';
import { DEFAULT_RULES } from './validation-rules.js';

/** A report as a plain object: test id to status. */
export type PlainReport = Readonly<Record<string, TestStatus>>;

/** What a piece of evidence is to say; runs are given by their reports, one for each repeat. */
export interface EvidenceDescription
  extends Partial<Omit<Evidence, 'original' | 'buggy' | 'weakened' | 'reverted' | 'neutral'>> {
  readonly original?: PlainReport | readonly TestRun[];
  readonly buggy?: PlainReport | readonly TestRun[];
  readonly weakened?: PlainReport | TestRun;
  /** Path put back alone to the report of that state. */
  readonly reverted?: Readonly<Record<string, PlainReport>>;
  /** Reports of the states with comments added. */
  readonly neutral?: {
    readonly original: PlainReport;
    readonly buggy: PlainReport;
    readonly reverted: Readonly<Record<string, PlainReport>>;
  };
}

/** Evidence of the given reports, for unit tests of validity rules: no sandbox, no repository. */
export function buildEvidence({
  original,
  buggy,
  weakened,
  reverted,
  neutral,
  ...rest
}: EvidenceDescription): Evidence {
  const changes = Object.keys(reverted ?? {});
  const repeats = rest.rules?.repeats ?? DEFAULT_RULES.repeats;
  const repeated = (runs: PlainReport | readonly TestRun[]): readonly TestRun[] =>
    Array.isArray(runs) ? runs : Array.from({ length: repeats }, () => buildTestRun({ report: runs as PlainReport }));
  const applied = { status: 'applied' as const, snapshot: undefined as unknown as Snapshot };
  return {
    rules: DEFAULT_RULES,
    problems: [],
    testFiles: [{ path: 'tests/test_all.py', found: 'regular-file' }],
    bugInject: { application: applied, paths: changes, changes: changes.map((path) => [path]) },
    bugFiles: [],
    testWeaken: { application: applied, paths: ['tests/test_all.py'], changes: [['tests/test_all.py']] },
    weakenedFiles: [],
    guardedPaths: [],
    ...(original && { original: repeated(original) }),
    ...(buggy && { buggy: repeated(buggy) }),
    ...(weakened && { weakened: isRun(weakened) ? weakened : buildTestRun({ report: weakened }) }),
    ...(reverted && {
      reverted: Object.entries(reverted).map(([path, report]) => ({ paths: [path], run: buildTestRun({ report }) })),
    }),
    ...(neutral && { neutral: neutralRuns(neutral) }),
    ...(original && { parserProbe: probeOf(repeated(original)[0]) }),
    ...rest,
  };
}

/** What the second witness saw, as plain objects; complete and without tampering if not said otherwise. */
export interface PlainWitness {
  readonly status?: Witness['status'];
  readonly results?: Readonly<Record<string, WitnessedOutcome>>;
  readonly tampered?: readonly string[];
}

function buildWitness({ status = 'complete', results = {}, tampered = [] }: PlainWitness): Witness {
  return { status, results: new Map(Object.entries(results)), tampered };
}

/** A run that gave this report, or one that ended or was parsed otherwise. */
export function buildTestRun(
  description: { readonly report?: PlainReport; readonly output?: string; readonly parse?: Parse } & {
    readonly ending?: TestRun['script']['ending'];
    readonly witness?: PlainWitness;
  },
): TestRun {
  const { report = {}, ending = 'exited' } = description;
  const output = Buffer.from(
    description.output ??
      Object.entries(report)
        .map((line) => line.join(' '))
        .join('\n'),
  );
  const parse = description.parse ?? { status: 'parsed', report: new Map(Object.entries(report)) };
  return {
    script: { ending, output, durationMs: 1 },
    parse: ending === 'exited' ? parse : undefined,
    witness: description.witness && buildWitness(description.witness),
    isCached: false,
  };
}

function neutralRuns({
  original,
  buggy,
  reverted,
}: NonNullable<EvidenceDescription['neutral']>): readonly NeutralRun[] {
  const rerun = (state: NeutralRun['state'], report: PlainReport, paths: readonly string[] = []): NeutralRun => ({
    state,
    paths,
    edited: Object.keys(reverted),
    run: buildTestRun({ report }),
  });
  return [
    rerun('original', original),
    rerun('buggy', buggy),
    ...Object.entries(reverted).map(([path, report]) => rerun('reverted', report, [path])),
  ];
}

function isRun(value: PlainReport | TestRun): value is TestRun {
  return typeof value.script === 'object';
}

function probeOf(run: TestRun | undefined): { again: Parse; empty: Parse } {
  return {
    again: run?.parse ?? { status: 'invalid', reason: 'was not run' },
    empty: { status: 'parsed', report: new Map() },
  };
}
