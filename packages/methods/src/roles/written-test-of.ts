import { isUtf8 } from 'node:buffer';
import { listPaths, modeOf, type TestCommand } from '@swe-selfplay/artifact';
import { reportOf, type TestRunner } from '@swe-selfplay/evaluation';
import { detectTestFrameworks, isTestPath, TEST_FRAMEWORKS } from '@swe-selfplay/python';
import { taskWithTest } from '../evidence/candidate-states.js';
import { findTestProblem } from '../evidence/check-written-test.js';
import type { SelectionTask, WrittenTest } from '../evidence/evidence.js';
import { expectedTestIds, isLoadFailure } from './expected-test-ids.js';

/** Longest test file that is taken of a policy. */
export const MAX_WRITTEN_BYTES: number = 256 * 1024;

export type WrittenTestReading =
  | { readonly status: 'written'; readonly test: WrittenTest }
  | { readonly status: 'refused'; readonly reason: string };

/** What was written, by whom and under which name. */
export interface WrittenFile {
  readonly id: string;
  readonly writer: string;
  readonly path: string;
  readonly content: Uint8Array;
}

const NO_COMMAND: TestCommand = { script: new Uint8Array(), parser: new Uint8Array() };

/**
 * A written test of a file that a policy wrote: a new file that is named like a test, runs nothing before tests and
 * holds tests that one of TEST_FRAMEWORKS reports when it runs them on the task. Where they cannot be loaded there, or do
 * not come to an end, their ids are read from the text. Anything else is refused, with a reason for its writer.
 * Throws EvaluationError `infra`.
 */
export async function writtenTestOf(
  task: SelectionTask,
  { id, writer, path, content }: WrittenFile,
  { runner, signal }: { readonly runner: TestRunner; readonly signal?: AbortSignal | undefined },
): Promise<WrittenTestReading> {
  const written: WrittenTest = { id, writer, files: new Map([[path, content]]), command: NO_COMMAND };
  const problem = findFileProblem(task, path, content) ?? findTestProblem(task, written);
  if (problem !== undefined) return { status: 'refused', reason: problem };
  const snapshot = taskWithTest(task, written);
  const found = await detectTestFrameworks(snapshot, TEST_FRAMEWORKS);
  const candidates = found.status === 'found' ? found.candidates : [];
  for (const { framework, detection } of candidates) {
    if (!detection.testFiles.includes(path)) continue;
    const script = framework.testScript(detection, { testFiles: [path], deselected: [] });
    const command = { script: Buffer.from(script), parser: Buffer.from(framework.parser) };
    const run = await runner.run(snapshot, command, signal ? { signal } : {});
    const report = reportOf(run);
    const test = { ...written, command };
    // What does not load or come to an end on the buggy code may do so on the right one.
    if (run.script.ending !== 'timed-out' && report.size === 0) continue;
    if (report.size > 0 && !isLoadFailure(report, path)) return { status: 'written', test };
    const testIds = expectedTestIds(
      framework,
      path,
      Buffer.from(content).toString('utf8'),
      new Set(listPaths(snapshot)),
    );
    if (testIds !== undefined) return { status: 'written', test: { ...test, testIds } };
  }
  return { status: 'refused', reason: `The file ${path} holds no test that can be run here.` };
}

function findFileProblem({ view, testFiles }: SelectionTask, path: string, content: Uint8Array): string | undefined {
  const shown = JSON.stringify(path.slice(0, 200));
  if (content.length === 0) return `The file ${shown} is empty.`;
  if (content.length > MAX_WRITTEN_BYTES) return `The file ${shown} is longer than ${MAX_WRITTEN_BYTES} bytes.`;
  if (!isUtf8(content)) return `The file ${shown} is not UTF-8.`;
  if (modeOf(view.snapshot, path) !== undefined || testFiles.includes(path))
    return `The file ${shown} is there already; a new one is wanted.`;
  if (!/(^|\/)(test[^/]*|[^/]*_test)\.py$/.test(path) || !isTestPath(path))
    return `The name ${shown} is not that of a test file.`;
  return undefined;
}
