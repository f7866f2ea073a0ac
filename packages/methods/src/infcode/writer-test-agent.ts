import type { TestWriter } from '../evidence/evidence.js';
import { MethodError } from '../method-error.js';
import type { TestAgent } from './agents.js';
import { distinctTests } from './suite.js';

export interface WriterTestAgentOptions {
  /** Tests at most that each iteration adds. Default 1. */
  readonly perIteration?: number | undefined;
}

/**
 * A test agent of a test writer whose equal seeds give equal tests and whose longer lists begin like shorter ones, such as
 * that of the specification: in each iteration it adds those that come next, and looks at no patch.
 */
export function createWriterTestAgent(
  writer: TestWriter,
  { perIteration = 1 }: WriterTestAgentOptions = {},
): TestAgent {
  if (!Number.isSafeInteger(perIteration) || perIteration < 1)
    throw new MethodError('invalid-options', `Expected perIteration from 1 on, got ${perIteration}.`);
  return {
    name: writer.name,
    async write({ task, tests, iteration, seed, runner, provider, signal }) {
      const { testCommand, testFiles } = task;
      const count = perIteration * (iteration + 1);
      const written = await writer.write(task.view, { count, seed, testCommand, testFiles, runner, provider, signal });
      return distinctTests([...tests, ...written]).slice(0, tests.length + perIteration);
    },
  };
}
