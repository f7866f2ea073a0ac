import { posix } from 'node:path';
import { type Policy, readPrompt, renderPrompt } from '@swe-selfplay/adapter';
import { freePath } from '../roles/free-path.js';
import { snapshotAfter } from '../roles/patch-rollout.js';
import { type RolloutBounds, sampleId } from '../roles/role-rollout.js';
import { fileByRollout } from '../roles/test-rollout.js';
import { writtenTestOf } from '../roles/written-test-of.js';
import { fenced, printableText } from '../statements/printable-text.js';
import { shownStatement } from '../statements/statement-source.js';
import type { TestAgent, TestRequest } from './agents.js';

export interface PolicyTestAgentOptions extends RolloutBounds {
  /** Hears why a file that was handed in is no test, or that none was. */
  readonly onRefusal?: ((iteration: number, reason: string) => void) | undefined;
}

const MAX_PATCH_CHARACTERS = 60_000;

/**
 * InfCode's test agent (arXiv 2511.16004, 2.3) as a rollout: first a file that reproduces what the statement says, then, in
 * each iteration, one more that looks for what the patch at hand, which is applied where it works, gets wrong. What it
 * writes beside that file is thrown away; a file that is no test leaves the suite as it is.
 */
export function createPolicyTestAgent(policy: Policy, options: PolicyTestAgentOptions = {}): TestAgent {
  const prompt = (name: string) => readPrompt(new URL(`../../prompts/infcode/${name}.md`, import.meta.url));
  const templates = { reproduce: prompt('reproduce'), strengthen: prompt('strengthen') };
  const name = `test-agent ${policy.name}`;
  return {
    name,
    async write(request) {
      const { task, statement, tests, patch, iteration, seed, runner, provider, signal, onTrajectory } = request;
      const { view } = task;
      const path = freePath(task, iteration === 0 ? 'test_reproduction.py' : `test_round_${iteration}.py`);
      const [directory, fileName] = [posix.dirname(path), posix.basename(path)];
      const template = iteration === 0 ? templates.reproduce : templates.strengthen;
      const told = { statement: shownStatement(statement), directory, fileName, ...(iteration > 0 && shown(request)) };
      const outcome = await fileByRollout(
        {
          id: sampleId('test-agent', view, policy.name, seed, iteration),
          policy,
          view,
          statement,
          start: (await snapshotAfter(view.snapshot, patch)) ?? view.snapshot,
          laid: new Map(tests.flatMap(({ files }) => [...files])),
          promptOf: (values) => renderPrompt(template, { ...values, ...told }, { required: ['statement', 'fileName'] }),
          bounds: options,
          provider,
          signal,
          onTrajectory,
        },
        fileName,
      );
      const written = { id: `${name} ${iteration}`, writer: name };
      const reading =
        outcome.status === 'gave-up'
          ? outcome
          : await writtenTestOf(task, { ...written, path: outcome.path, content: outcome.content }, { runner, signal });
      if (reading.status === 'written') return [...tests, reading.test];
      options.onRefusal?.(iteration, reading.reason);
      return tests;
    },
  };
}

/** The patch at hand and the names of the tests so far, for whoever is to find what they miss. */
function shown({ patch, tests }: TestRequest): { readonly patch: string; readonly tests: string } {
  const diff = printableText(Buffer.from(patch).toString('utf8'), MAX_PATCH_CHARACTERS);
  const paths = tests.flatMap(({ files }) => [...files.keys()]);
  return {
    patch: patch.length === 0 ? '(There is no patch yet.)' : fenced(diff, 'diff'),
    tests: [...new Set(paths)].join(', ') || 'none yet',
  };
}
