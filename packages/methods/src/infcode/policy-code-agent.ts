import { type Policy, readPrompt, renderPrompt } from '@swe-selfplay/adapter';
import { patchByRollout, snapshotAfter } from '../roles/patch-rollout.js';
import { type RolloutBounds, sampleId } from '../roles/role-rollout.js';
import { fenced } from '../statements/printable-text.js';
import { shownStatement } from '../statements/statement-source.js';
import type { CodeAgent } from './agents.js';

/**
 * InfCode's code agent (arXiv 2511.16004, 2.3) as a rollout: it works where the patch at hand is applied and the tests lie,
 * and is told what fails. What it hands in is the change of the code alone.
 */
export function createPolicyCodeAgent(policy: Policy, bounds: RolloutBounds = {}): CodeAgent {
  const template = readPrompt(new URL('../../prompts/infcode/mend.md', import.meta.url));
  return {
    name: `code-agent ${policy.name}`,
    async mend({ task, statement, tests, patch, failures, iteration, attempt, seed, ...place }) {
      const { view } = task;
      const start = (await snapshotAfter(view.snapshot, patch)) ?? view.snapshot;
      const laid = new Map(tests.flatMap(({ files }) => [...files]));
      return patchByRollout({
        id: sampleId('code-agent', view, policy.name, seed, iteration, attempt),
        policy,
        view,
        statement,
        start,
        laid,
        promptOf: (values) =>
          renderPrompt(
            template,
            {
              ...values,
              statement: shownStatement(statement),
              failures: failures.trim() === '' ? '(There are no tests of it yet.)' : fenced(failures, 'text'),
              testFiles: [...laid.keys()].join(', ') || 'none yet',
            },
            { required: ['statement', 'failures'] },
          ),
        bounds,
        provider: place.provider,
        signal: place.signal,
        onTrajectory: place.onTrajectory,
      });
    },
  };
}
