import {
  changedPaths,
  createSnapshot,
  listPaths,
  memoryBase,
  readFile,
  restoreFiles,
  type Snapshot,
  withFiles,
} from '@swe-selfplay/artifact';
import {
  type EvaluateOptions,
  type Evaluation,
  EvaluationError,
  evaluatePatch,
  type GradingTask,
  reportOf,
  type TestRun,
  type TestRunner,
} from '@swe-selfplay/evaluation';
import { bugFixerReward, type TestVerdict, testWriterReward } from '@swe-selfplay/reward';
import { findTestProblem } from '../evidence/check-written-test.js';
import type { WrittenTest } from '../evidence/evidence.js';

/** Kimi-Dev's reward of a patch, and the grading that it follows from. */
export interface BugFixerGrade {
  /** 1: all ground-truth tests pass; 0: not all; null: nothing is known. */
  readonly reward: 0 | 1 | null;
  readonly evaluation: Evaluation;
}

/** Grades a BugFixer's patch with the original tests (arXiv 2509.23045, 3.3). Throws as `evaluatePatch`. */
export async function rewardBugFixer(
  grading: GradingTask,
  predPatch: Uint8Array,
  options: EvaluateOptions,
): Promise<BugFixerGrade> {
  const evaluation = await evaluatePatch(grading, predPatch, options);
  const verdict = evaluation.status === 'infra' ? null : evaluation.status === 'solved' ? 'passed' : 'failed';
  return { reward: bugFixerReward(verdict), evaluation };
}

/** Kimi-Dev's reward of a written test, and how the test came out on both trees. */
export interface TestWriterGrade {
  /** 1: fails without and passes with the fix; 0: not so; null: nothing is known. */
  readonly reward: 0 | 1 | null;
  readonly withoutFix: TestVerdict;
  readonly withFix: TestVerdict;
}

export interface RewardTestWriterOptions {
  readonly runner: TestRunner;
  /** Runs on each tree, with another hash seed each; all must agree, so that chance earns nothing. Default 2. */
  readonly repeats?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Grades a written test against the true fix, which no writer and no selection may see: 1 where it fails on the task and
 * passes on the task with what the bug changed put back (arXiv 2509.23045, 3.3). As a whole: it passes where it reports
 * tests and all that count pass. The trees differ in nothing else: weakened tests are in both, and neither tells by the
 * times of its files what was changed. A test that fits one of the trees not at all, or changes how tests run, earns 0
 * unseen. Throws on abort and for faults of the program.
 */
export async function rewardTestWriter(
  grading: GradingTask,
  test: WrittenTest,
  options: RewardTestWriterOptions,
): Promise<TestWriterGrade> {
  const { task, fixed } = await treesOf(grading);
  const { testFiles } = grading;
  const isMisfit = [task, fixed].some((snapshot) => findTestProblem({ view: { snapshot }, testFiles }, test));
  if (isMisfit) return { reward: 0, withoutFix: 'failed', withFix: 'failed' };
  const without = await runRepeatedly(task, test, options);
  const withFix = await runRepeatedly(fixed, test, options);
  const verdicts = {
    withoutFix: verdictOf(without, (passes) => passes.some(Boolean)),
    withFix: verdictOf(withFix, (passes) => passes.every(Boolean)),
  };
  return { ...verdicts, reward: testWriterReward(verdicts.withoutFix, verdicts.withFix) };
}

interface Trees {
  readonly task: Snapshot;
  readonly fixed: Snapshot;
}

const treesByTask = new WeakMap<GradingTask, Promise<Trees>>();

/** Whole trees rather than changes to one base: in a workspace changes are the newest files, which would tell the bug. */
function treesOf(grading: GradingTask): Promise<Trees> {
  const known = treesByTask.get(grading);
  if (known !== undefined) return known;
  const { task, original, testFiles } = grading;
  const ofCode = changedPaths(task, original).filter((path) => !testFiles.includes(path));
  const fixed = restoreFiles(task, original, ofCode);
  const trees = Promise.all([wholeTree(task), wholeTree(fixed)]).then((both) => ({ task: both[0], fixed: both[1] }));
  treesByTask.set(grading, trees);
  return trees;
}

async function wholeTree(snapshot: Snapshot): Promise<Snapshot> {
  const files: [string, Awaited<ReturnType<typeof readFile>> & object][] = [];
  for (const path of listPaths(snapshot)) files.push([path, (await readFile(snapshot, path))!]);
  return createSnapshot(memoryBase(Object.fromEntries(files)));
}

/** What each repeat gave; undefined where one failed as infra. */
async function runRepeatedly(
  tree: Snapshot,
  { files, command, testIds }: WrittenTest,
  { runner, repeats = 2, timeoutMs, signal }: RewardTestWriterOptions,
): Promise<readonly boolean[] | undefined> {
  const entries = [...files].map(([path, content]) => [path, { mode: '100644', content }] as const);
  const snapshot = withFiles(tree, entries);
  const passes: boolean[] = [];
  try {
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const limits = { ...(timeoutMs !== undefined && { timeoutMs }), ...(signal && { signal }) };
      passes.push(hasPassedWhole(await runner.run(snapshot, command, { repeat, ...limits }), testIds));
    }
    return passes;
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}

function hasPassedWhole(run: TestRun, testIds: readonly string[] | undefined): boolean {
  if (run.script.ending !== 'exited') return false;
  const report = reportOf(run);
  const ids = testIds ?? [...report.keys()];
  return ids.length > 0 && ids.every((id) => report.get(id) === 'passed');
}

function verdictOf(
  passes: readonly boolean[] | undefined,
  isPass: (passes: readonly boolean[]) => boolean,
): TestVerdict {
  if (passes === undefined) return null;
  return isPass(passes) ? 'passed' : 'failed';
}
