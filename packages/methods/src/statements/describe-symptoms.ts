import { applyPatch, listPaths, readFile, type Snapshot, touchedPaths } from '@swe-selfplay/artifact';
import type { TestRunner } from '@swe-selfplay/evaluation';
import type { TaskView } from '@swe-selfplay/solver';
import type { SelectionTask } from '../evidence/evidence.js';
import { MethodError } from '../method-error.js';
import { type DescribeRunOptions, describeRun } from './describe-run.js';
import type { Statement } from './statement.js';

export interface DescribeSymptomsOptions
  extends Pick<
    DescribeRunOptions,
    'namesTests' | 'maxTests' | 'maxFrames' | 'maxErrorCharacters' | 'maxOutputCharacters'
  > {
  readonly runner: TestRunner;
  /** Of the one run. Default: the runner's. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MAX_TEST_FILE_BYTES = 2 * 1024 ** 2;

/**
 * What an issue would say of a task, without its tests: one run of the task's tree with the specification applied, and of
 * each test that fails the exception, its message and the innermost frames in the code. Bodies of tests are not shown.
 * Equal tasks have equal symptoms, as far as their tests fail in the same way each time.
 * Throws MethodError `invalid-options` for a view whose specification does not apply, EvaluationError `infra`.
 */
export async function describeSymptoms(task: SelectionTask, options: DescribeSymptomsOptions): Promise<Statement> {
  const { runner, signal, timeoutMs } = options;
  const specified = await specifiedSnapshot(task.view);
  const run = await runner.run(specified, task.testCommand, {
    ...(signal && { signal }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  const testPaths = new Set([...task.testFiles, ...touchedPaths(task.view.specification)]);
  const paths = new Set(listPaths(specified));
  const text = describeRun(run, {
    ...options,
    paths,
    testPaths,
    hiddenLines: await linesOf(specified, testPaths),
  });
  return { kind: 'symptoms', text };
}

/** The tree of a task with what its tests are meant to be. Throws MethodError `invalid-options`. */
export async function specifiedSnapshot({ snapshot, specification }: TaskView): Promise<Snapshot> {
  const application = await applyPatch(snapshot, specification);
  if (application.status === 'applied') return application.snapshot;
  throw new MethodError(
    'invalid-options',
    `Expected a task whose specification applies to its tree; ${application.reason}`,
  );
}

async function linesOf(snapshot: Snapshot, paths: Iterable<string>): Promise<Set<string>> {
  const lines = new Set<string>();
  for (const path of paths) {
    const file = await readFile(snapshot, path);
    if (file === undefined || file.mode === '120000' || file.content.length > MAX_TEST_FILE_BYTES) continue;
    for (const line of Buffer.from(file.content).toString('utf8').split('\n')) lines.add(line.trim());
  }
  return lines;
}
