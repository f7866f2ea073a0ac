import { PolicyError, PromptError } from '@swe-selfplay/adapter';
import { EnvironmentError } from '@swe-selfplay/artifact';
import { EvaluationError } from '@swe-selfplay/evaluation';
import { MethodError } from '@swe-selfplay/methods';
import { SandboxError } from '@swe-selfplay/sandbox';
import { SelectionError } from '@swe-selfplay/selection';
import { SolverError } from '@swe-selfplay/solver';
import { expect, test } from 'vitest';
import { RunError } from '../run-error.js';
import { describeFailure, exitCodeOf, UsageError } from './exit-code.js';

test.each([
  [new UsageError('No.'), 2],
  [new EnvironmentError('not-found', 'No.'), 2],
  [new RunError('settings-differ', 'No.'), 2],
  [new RunError('run-locked', 'No.'), 2],
  [new RunError('disk-full', 'No.'), 3],
  [new RunError('corrupt-record', 'No.'), 3],
  [new SandboxError('isolation-unavailable', 'No.'), 3],
  [new EvaluationError('infra', 'No.'), 3],
  [new SolverError('infra', 'No.'), 3],
  [new SolverError('invalid-options', 'No.'), 2],
  [new PolicyError('invalid-options', 'No.'), 2],
  [new PolicyError('refused', 'No.'), 2],
  [new PolicyError('unreachable', 'No.'), 3],
  [new PolicyError('retries-exhausted', 'No.'), 3],
  [new PolicyError('bad-answer', 'No.'), 3],
  [new PromptError('unknown-placeholder', 'No.'), 2],
  [new MethodError('invalid-options', 'No.'), 2],
  [new MethodError('infra', 'No.'), 3],
  [new SelectionError('invalid-options', 'No.'), 2],
  [new TypeError('x is undefined'), 3],
  ['thrown text', 3],
])('%o ends a command with exit code %i', (error, exitCode) => {
  expect(exitCodeOf(error)).toBe(exitCode);
});

test('what was foreseen is told as it is, without a stack', () => {
  expect(describeFailure(new UsageError('Expected a repository.'))).toBe('error: Expected a repository.');
});

test('what nobody foresaw says how to see more', () => {
  expect(describeFailure(new TypeError('x is\u001b undefined'))).toMatch(
    /^error: unexpected: x is {2}undefined\n.*SWE_SELFPLAY_DEBUG/,
  );
});
