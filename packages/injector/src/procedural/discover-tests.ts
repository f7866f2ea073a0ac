import { createRandom, passingTests, type Snapshot, type TestCommand, type TestReport } from '@swe-selfplay/artifact';
import { reportOf, type TestRunner } from '@swe-selfplay/evaluation';
import { type Detection, detectTestFrameworks, type TestFramework, type TestSelection } from '@swe-selfplay/python';

/** How the tests of a repository run: all that are selected pass, and pass again under another hash seed. */
export interface DiscoveredTests {
  readonly framework: TestFramework;
  readonly command: TestCommand;
  /** Files with selected tests, sorted. */
  readonly testFiles: readonly string[];
  readonly report: TestReport;
  /** Wall time of the slower run. */
  readonly baselineMs: number;
}

export type TestDiscovery =
  | { readonly status: 'found'; readonly tests: DiscoveredTests }
  | { readonly status: 'not-found'; readonly reason: string };

export interface DiscoverOptions {
  readonly runner: TestRunner;
  readonly minPassingTests: number;
  /** A suite that takes longer is narrowed to some of its files. */
  readonly maxSuiteMs: number;
  /** Limit of each run; equal to that of later runs, so that they are shared. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const MAX_RUNS = 12;
const MAX_FILES = 400;
/** The whole program is one argument of a command, which Linux bounds at 128 KiB. */
const MAX_SCRIPT_BYTES = 120 * 1024;

/** Finds out by running them how the tests run; the frameworks that fit best are tried first. */
export async function discoverTests(original: Snapshot, options: DiscoverOptions): Promise<TestDiscovery> {
  const detected = await detectTestFrameworks(original);
  if (detected.status === 'not-found') return detected;
  const reasons: string[] = [];
  for (const { framework, detection } of detected.candidates) {
    for (const usesOwnOptions of [true, false]) {
      if (!usesOwnOptions && !hasOwnOptions(framework, detection)) continue;
      const settled = await settleSelection(original, { framework, detection, usesOwnOptions }, options);
      if (settled.status === 'found') return settled;
      reasons.push(`${framework.name}: ${settled.reason}`);
    }
  }
  return { status: 'not-found', reason: `The tests do not run here (${[...new Set(reasons)].join('; ')}).` };
}

interface Candidate {
  readonly framework: TestFramework;
  readonly detection: Detection;
  readonly usesOwnOptions: boolean;
}

/** True where leaving the repository's options out gives another script. */
function hasOwnOptions(framework: TestFramework, detection: Detection): boolean {
  const script = (usesOwnOptions: boolean) =>
    framework.testScript(detection, { testFiles: [], deselected: [], usesOwnOptions });
  return script(true) !== script(false);
}

/** Narrows the selection until all that is left passes twice. */
async function settleSelection(
  original: Snapshot,
  candidate: Candidate,
  options: DiscoverOptions,
): Promise<TestDiscovery> {
  const random = createRandom(`tests of ${original.digest}`);
  let files: readonly string[] = random.shuffle(candidate.detection.testFiles).slice(0, MAX_FILES);
  let deselected: readonly string[] = [];
  const runOptions = { timeoutMs: options.timeoutMs, ...(options.signal ? { signal: options.signal } : {}) };
  for (let runs = 0; runs < MAX_RUNS; runs += 1) {
    const selection = { testFiles: [...files].sort(), deselected, usesOwnOptions: candidate.usesOwnOptions };
    const command = commandOf(candidate, selection);
    if (command.script.length > MAX_SCRIPT_BYTES) return notFound('too many tests fail to leave them out one by one');
    const run = async (repeat: number) => options.runner.run(original, command, { ...runOptions, repeat });
    const first = await run(0);
    if (first.script.ending !== 'exited' || first.script.durationMs > options.maxSuiteMs) {
      if (files.length <= 1) return notFound(`the tests did not end in time (${first.script.ending})`);
      files = files.slice(0, Math.ceil(files.length / 2));
      continue;
    }
    const report = reportOf(first);
    if (passingTests(report).length < options.minPassingTests)
      return notFound(describeFew(report, options.minPassingTests));
    const failing = [...report].filter(([, status]) => status === 'failed').map(([id]) => id);
    if (failing.length > 0) {
      const failures = candidate.framework.findFailures(textOf(first.script.output));
      ({ files, deselected } = leaveOut(failing, failures, { files, deselected }));
      continue;
    }
    const second = await run(1);
    const unstable = differing(report, reportOf(second));
    if (unstable.length > 0) {
      ({ files, deselected } = leaveOut(unstable, [], { files, deselected }));
      continue;
    }
    const baselineMs = Math.max(first.script.durationMs, second.script.durationMs);
    return {
      status: 'found',
      tests: { framework: candidate.framework, command, testFiles: selection.testFiles, report, baselineMs },
    };
  }
  return notFound('no selection of tests passed twice');
}

function commandOf({ framework, detection }: Candidate, selection: TestSelection): TestCommand {
  return { script: Buffer.from(framework.testScript(detection, selection)), parser: Buffer.from(framework.parser) };
}

interface LeftOut {
  readonly files: readonly string[];
  readonly deselected: readonly string[];
}

/** Without these tests; where leaving one out by its id did not help, or the id is its whole file, without its file. */
function leaveOut(
  ids: readonly string[],
  failures: readonly { readonly id: string; readonly test: { readonly file: string } | undefined }[],
  { files, deselected }: LeftOut,
): LeftOut {
  const known = new Set(deselected);
  const places = new Map(failures.map((failure) => [failure.id, failure.test?.file]));
  const droppedFiles = ids.flatMap((id) => {
    const file = places.get(id) ?? files.find((path) => id.startsWith(`${path}::`));
    return file !== undefined && (known.has(id) || id.endsWith(file)) ? [file] : [];
  });
  return {
    files: files.filter((path) => !droppedFiles.includes(path)),
    deselected: [...new Set([...deselected, ...ids])].sort(),
  };
}

function differing(one: TestReport, other: TestReport): string[] {
  const ids = new Set([...one.keys(), ...other.keys()]);
  return [...ids].filter((id) => one.get(id) !== other.get(id));
}

function describeFew(report: TestReport, minPassingTests: number): string {
  return `${passingTests(report).length} of ${report.size} tests passed where ${minPassingTests} must`;
}

function notFound(reason: string): TestDiscovery {
  return { status: 'not-found', reason };
}

function textOf(output: Uint8Array): string {
  return Buffer.from(output).toString('utf8');
}
