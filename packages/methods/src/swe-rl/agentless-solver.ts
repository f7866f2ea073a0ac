import { passingTests } from '@swe-selfplay/artifact';
import { reportOf, type TestRunner } from '@swe-selfplay/evaluation';
import { detectTestFrameworks } from '@swe-selfplay/python';
import { type Solver, SolverError, type Submission, type TaskView } from '@swe-selfplay/solver';
import type { SelectionTask } from '../evidence/evidence.js';
import { MethodError } from '../method-error.js';
import type { RolePolicies } from '../roles/role-policies.js';
import type { AgentlessOptions, AgentlessPolicies, AgentlessRun } from './agentless.js';
import { runAgentless } from './run-agentless.js';

export interface AgentlessSolverOptions extends Omit<AgentlessOptions, 'seed' | 'runner' | 'signal'> {
  /** Default `agentless`. */
  readonly name?: string | undefined;
  /** How the tests of tasks run. Default: found out on each task, as a solver has to that is told nothing. */
  readonly suite?: Pick<SelectionTask, 'testCommand' | 'testFiles'> | undefined;
  /** Called with all that was asked, got and run for an attempt. */
  readonly onRun?: ((view: TaskView, run: AgentlessRun) => void) | undefined;
}

/**
 * A solver that plays Agentless-mini: it hands in the patch that `runAgentless` chooses. Its conversations are single
 * answers, handed to `onRun` and no trajectories.
 */
export function createAgentlessSolver(
  policies: AgentlessPolicies | RolePolicies,
  options: AgentlessSolverOptions = {},
): Solver {
  const { name = 'agentless', suite, onRun, ...agentless } = options;
  return {
    name,
    async solve(view, { seed, runner, signal }): Promise<Submission> {
      const found = suite ?? (await findSuite(view, runner, signal));
      if (found === undefined) return { status: 'gave-up', reason: 'No tests of the repository can be run.' };
      try {
        const run = await runAgentless({ view, ...found }, policies, { ...agentless, seed, runner, signal });
        onRun?.(view, run);
        return submissionOf(run);
      } catch (error) {
        if (error instanceof MethodError && error.code === 'infra')
          throw new SolverError('infra', error.message, { cause: error });
        throw error;
      }
    },
  };
}

async function findSuite(view: TaskView, runner: TestRunner, signal: AbortSignal | undefined) {
  const detected = await detectTestFrameworks(view.snapshot);
  if (detected.status === 'not-found') return undefined;
  for (const { framework, detection } of detected.candidates) {
    const { testFiles } = detection;
    const script = framework.testScript(detection, { testFiles, deselected: [] });
    const testCommand = { script: Buffer.from(script), parser: Buffer.from(framework.parser) };
    const run = await runner.run(view.snapshot, testCommand, signal ? { signal } : {});
    if (passingTests(reportOf(run)).length > 0) return { testCommand, testFiles };
  }
  return undefined;
}

function submissionOf({ predPatch, selection, repairs, tests, tally }: AgentlessRun): Submission {
  const outcomes: Record<string, number> = {};
  for (const { outcome } of repairs) outcomes[outcome.status] = (outcomes[outcome.status] ?? 0) + 1;
  const notes = { outcomes, reproductionTests: tests.length, survivors: selection.survivors.length, tally };
  if (predPatch === undefined) return { status: 'gave-up', reason: `No patch to hand in: ${selection.reason}.`, notes };
  return { status: 'submitted', predPatch, notes };
}
