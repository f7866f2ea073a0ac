import { createHash } from 'node:crypto';
import { listPaths, type Snapshot } from '@swe-selfplay/artifact';
import { EvaluationError, type TestRun, type TestRunner } from '@swe-selfplay/evaluation';
import { candidateStates, taskWithTest } from '../evidence/candidate-states.js';
import type {
  CandidatePatch,
  PatchTestMatrix,
  SelectionTask,
  TestBaseline,
  TestCounts,
  WrittenTest,
} from '../evidence/evidence.js';
import { gatherMatrix } from '../evidence/gather-matrix.js';
import { patchedTimeout } from '../evidence/measured-test.js';
import { MethodError } from '../method-error.js';
import { describeRun } from '../statements/describe-run.js';

export interface SuiteOptions {
  readonly runner: TestRunner;
  readonly signal?: AbortSignal | undefined;
}

const MAX_TOLD_TESTS = 4;

/** What a test is, whatever it is called: equal keys mean equal files and an equal command. */
export function testKey({ files, command, testIds }: WrittenTest): string {
  const hash = createHash('sha256');
  const add = (bytes: Uint8Array | string) => hash.update(createHash('sha256').update(bytes).digest());
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    add(path);
    add(content);
  }
  add(command.script);
  add(command.parser);
  add(JSON.stringify(testIds?.toSorted() ?? null));
  return hash.digest('hex');
}

/** The tests without repetitions, first ones kept. */
export function distinctTests(tests: readonly WrittenTest[]): WrittenTest[] {
  const byKey = new Map<string, WrittenTest>();
  for (const test of tests) if (!byKey.has(testKey(test))) byKey.set(testKey(test), test);
  return [...byKey.values()];
}

/** A suite that can be run, and which of its tests fail on the task. */
export interface CheckedSuite {
  readonly tests: readonly WrittenTest[];
  /** Keys of those that fail on the task without a patch. */
  readonly reproducing: ReadonlySet<string>;
}

/** Runs tests on the task and leaves out those that cannot be run there. Throws MethodError `infra`. */
export async function checkSuite(
  task: SelectionTask,
  written: readonly WrittenTest[],
  options: SuiteOptions,
): Promise<CheckedSuite> {
  const all = distinctTests(written);
  const { baselines } = await gatherMatrix(task, [], all, { ...options, hasRegressions: false });
  const isOf = (index: number, statuses: readonly TestBaseline['status'][]) =>
    statuses.includes(knownBaseline(baselines[index]!).status);
  const tests = all.filter((_, index) => isOf(index, ['kept', 'passing']));
  const reproducing = all.filter((_, index) => isOf(index, ['kept'])).map(testKey);
  return { tests, reproducing: new Set(reproducing) };
}

/** Whether `next` says more than `suite`: it holds a test that is not in it and fails on the task. */
export function isStrengthened(suite: CheckedSuite, next: CheckedSuite): boolean {
  const known = new Set(suite.tests.map(testKey));
  return [...next.reproducing].some((key) => !known.has(key));
}

/** Those tests of a suite that do not pass with a patch; all of them where it changes nothing. Throws MethodError `infra`. */
export async function failingTests(
  task: SelectionTask,
  patch: Uint8Array,
  { tests }: CheckedSuite,
  options: SuiteOptions,
): Promise<readonly WrittenTest[]> {
  if (patch.length === 0 || tests.length === 0) return tests;
  const matrix = await runSuite(task, [candidateOf('patch', patch)], tests, { ...options, hasRegressions: false });
  const [evidence] = matrix.candidates;
  if (evidence?.status !== 'ready') return tests;
  return matrix.tests.filter((_, index) => {
    const counts = evidence.counts[index] ?? null;
    if (counts === null) throw new MethodError('infra', 'A written test could not be run with the patch.');
    return !isPassed(counts);
  });
}

/** The matrix of patches against a suite, tests that pass without a patch included. */
export function runSuite(
  task: SelectionTask,
  candidates: readonly CandidatePatch[],
  tests: readonly WrittenTest[],
  options: SuiteOptions & { readonly hasRegressions?: boolean },
): Promise<PatchTestMatrix> {
  return gatherMatrix(task, candidates, tests, { ...options, keepsPassingTests: true });
}

/** True where every id passes that was there without the patch. */
export function isPassed({ failBefore, failToPass, passBefore, passToPass }: TestCounts): boolean {
  return failToPass === failBefore && passToPass === passBefore;
}

export function candidateOf(id: string, predPatch: Uint8Array): CandidatePatch {
  return { id, predPatch, isFinished: true };
}

/** What failing tests say with a patch, for whoever is to mend the code: the first few of them. Throws MethodError `infra`. */
export async function describeFailing(
  task: SelectionTask,
  patch: Uint8Array,
  failing: readonly WrittenTest[],
  options: SuiteOptions,
): Promise<string> {
  const states = await candidateStates(task, candidateOf('patch', patch));
  const parts: string[] = [];
  for (const test of failing.slice(0, MAX_TOLD_TESTS)) {
    const unpatched = taskWithTest(task, test);
    const snapshot = states.status === 'ready' ? states.withTest(test) : unpatched;
    const baseline = await runOnce(unpatched, test, undefined, options);
    // With the time that the matrix gave it, so that both are one run.
    const run = snapshot === unpatched ? baseline : await runOnce(snapshot, test, patchedTimeout(baseline), options);
    const testPaths = new Set([...test.files.keys(), ...task.testFiles]);
    const failed = test.testIds && { failing: test.testIds.filter((id) => !passes(run, id)) };
    parts.push(describeRun(run, { paths: new Set(listPaths(snapshot)), testPaths, ...failed }));
  }
  if (failing.length > MAX_TOLD_TESTS) parts.push(`${failing.length - MAX_TOLD_TESTS} more test files fail.\n`);
  return parts.join('\n');
}

async function runOnce(
  snapshot: Snapshot,
  { command }: WrittenTest,
  timeoutMs: number | undefined,
  { runner, signal }: SuiteOptions,
): Promise<TestRun> {
  try {
    return await runner.run(snapshot, command, {
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (error instanceof EvaluationError) throw new MethodError('infra', error.message, { cause: error });
    throw error;
  }
}

function passes(run: TestRun, id: string): boolean {
  return run.parse?.status === 'parsed' && run.parse.report.get(id) === 'passed';
}

function knownBaseline(baseline: TestBaseline): TestBaseline {
  if (baseline.status === 'infra') throw new MethodError('infra', baseline.reason);
  return baseline;
}
