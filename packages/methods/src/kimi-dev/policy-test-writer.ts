import { posix } from 'node:path';
import { readPrompt, renderPrompt, type Trajectory } from '@swe-selfplay/adapter';
import { EvaluationError } from '@swe-selfplay/evaluation';
import { SandboxError } from '@swe-selfplay/sandbox';
import type { SelectionTask, TestWriter, WriteTestsOptions, WrittenTest } from '../evidence/evidence.js';
import { MethodError } from '../method-error.js';
import type { ContextBounds } from '../roles/code-context.js';
import type { CompleteOptions } from '../roles/complete.js';
import { freePath } from '../roles/free-path.js';
import { mapConcurrently } from '../roles/map-concurrently.js';
import { policyOf, type RolePolicies } from '../roles/role-policies.js';
import { type RolloutBounds, sampleId } from '../roles/role-rollout.js';
import { fileByRollout, type WrittenFileOutcome } from '../roles/test-rollout.js';
import { writtenTestOf } from '../roles/written-test-of.js';
import type { Statement } from '../statements/statement.js';
import { type StatementKind, statementOf } from '../statements/statement.js';
import { shownStatement } from '../statements/statement-source.js';
import { testByCompletion } from './test-by-completion.js';

/** What became of one sample of a test writer. */
export type TestSample =
  | { readonly index: number; readonly status: 'written'; readonly test: WrittenTest }
  | { readonly index: number; readonly status: 'gave-up' | 'refused' | 'infra'; readonly reason: string };

export interface PolicyTestWriterOptions extends RolloutBounds, ContextBounds {
  /** What it is told of a task. Default `symptoms`: who is shown the restored tests copies them. */
  readonly statement?: StatementKind | undefined;
  /** `rollout` (default): it works in the task's workspace with tools. `once`: it is asked for the file. */
  readonly mode?: 'rollout' | 'once' | undefined;
  /** Name of the file to write, of the form `test_*.py`. Default `test_reproduction.py`. */
  readonly fileName?: string | undefined;
  /** Samples at work at once. Default 2. */
  readonly jobs?: number | undefined;
  readonly onSample?: ((sample: TestSample) => void) | undefined;
  readonly onTrajectory?: ((trajectory: Trajectory) => void) | undefined;
  /** Hears of every question and answer of mode `once`. */
  readonly onCompletion?: CompleteOptions['onCompletion'];
}

const FILE_NAME = /^test_\w+\.py$/;

/**
 * Kimi-Dev's TestWriter (arXiv 2509.23045): each sample is one new test file that a policy wrote for a statement, with a
 * command that runs it. Whether it fails on the task is for the matrix to see. What is written is hostile: a file that is
 * not new, not named like a test or holds no test that runs is refused and told to `onSample` only; a sample that failed
 * as infra is left out. Throws MethodError `infra` where all failed so, `invalid-options`, and PromptError.
 */
export function createPolicyTestWriter(policies: RolePolicies, options: PolicyTestWriterOptions = {}): TestWriter {
  const { fileName = 'test_reproduction.py', jobs = 2, onSample } = options;
  if (!FILE_NAME.test(fileName))
    throw new MethodError('invalid-options', `Expected a file name test_*.py, got ${JSON.stringify(fileName)}.`);
  const template = readPrompt(new URL('../../prompts/kimi-dev/write-test.md', import.meta.url));
  const name = `test-writer ${policyOf(policies, 0).name}`;

  return {
    name,
    async write(view, writing) {
      const task: SelectionTask = { view, testCommand: writing.testCommand, testFiles: writing.testFiles };
      const { kind, text } = await statementOf(task, options.statement ?? 'symptoms', writing);
      const indices = Array.from({ length: writing.count }, (_, index) => index);
      const request = { task, statement: { kind, text }, path: freePath(task, fileName), template, options, writing };
      const samples = await mapConcurrently(indices, jobs, async (index) => {
        const sample = await sampleTest({ ...request, policies, name }, index);
        onSample?.(sample);
        return sample;
      });
      return testsOf(samples);
    },
  };
}

interface SampleRequest {
  readonly task: SelectionTask;
  readonly statement: Statement;
  readonly path: string;
  readonly template: string;
  readonly policies: RolePolicies;
  readonly name: string;
  readonly options: PolicyTestWriterOptions;
  readonly writing: WriteTestsOptions;
}

async function sampleTest(request: SampleRequest, index: number): Promise<TestSample> {
  const { task, name, writing } = request;
  writing.signal?.throwIfAborted();
  try {
    const outcome = await writeFile(request, index);
    if (outcome.status === 'gave-up') return { index, ...outcome };
    const written = { id: `${name} ${writing.seed}-${index}`, writer: name, ...outcome };
    return { index, ...(await writtenTestOf(task, written, writing)) };
  } catch (error) {
    writing.signal?.throwIfAborted();
    if (!isInfraFailure(error)) throw error;
    return { index, status: 'infra', reason: error.message };
  }
}

function writeFile(request: SampleRequest, index: number): Promise<WrittenFileOutcome> {
  const { task, statement, path, template, policies, options, writing } = request;
  const policy = policyOf(policies, index);
  const id = sampleId('test-writer', task.view, policy.name, writing.seed, index);
  const { provider, signal } = writing;
  if (options.mode === 'once') return testByCompletion({ id, policy, task, statement, path, options, signal });
  const [directory, fileName] = [posix.dirname(path), posix.basename(path)];
  const promptOf = (place: object) =>
    renderPrompt(
      template,
      { ...place, statement: shownStatement(statement), directory, fileName },
      { required: ['statement'] },
    );
  const { onTrajectory } = options;
  const start = task.view.snapshot;
  const rollout = { id, policy, view: task.view, statement, start, promptOf, bounds: options, provider, signal };
  return fileByRollout({ ...rollout, onTrajectory }, fileName);
}

function testsOf(samples: readonly TestSample[]): readonly WrittenTest[] {
  const failed = samples.filter(({ status }) => status === 'infra');
  if (failed.length > 0 && failed.length === samples.length) {
    const [first] = failed;
    throw new MethodError('infra', `No test was written: ${first && 'reason' in first ? first.reason : ''}`);
  }
  return samples.flatMap((sample) => (sample.status === 'written' ? [sample.test] : []));
}

function isInfraFailure(error: unknown): error is Error {
  if (error instanceof MethodError) return error.code === 'infra';
  return error instanceof SandboxError || error instanceof EvaluationError;
}
