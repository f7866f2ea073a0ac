import { passingTests } from '@swe-selfplay/artifact';
import { reportOf, type TestRunner } from '@swe-selfplay/evaluation';
import { detectTestFrameworks } from '@swe-selfplay/python';
import { type Solver, SolverError, type Submission, type TaskView } from '@swe-selfplay/solver';
import type { SelectionTask } from '../evidence/evidence.js';
import { MethodError } from '../method-error.js';
import { policyOf, type RolePolicies } from '../roles/role-policies.js';
import { type AgentlessOptions, type AgentlessPolicies, type AgentlessRun, agentlessPolicies } from './agentless.js';
import { answerTrajectory } from './answer-trajectory.js';
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
 * answers: the one that was chosen, or where there is none the first repair that was answered, is told as its trajectory;
 * all of them are handed to `onRun`.
 */
export function createAgentlessSolver(
  policies: AgentlessPolicies | RolePolicies,
  options: AgentlessSolverOptions = {},
): Solver {
  const { name = 'agentless', suite, onRun, ...agentless } = options;
  return {
    name,
    async solve(view, { seed, runner, signal, trajectoryId, onTrajectory }): Promise<Submission> {
      const found = suite ?? (await findSuite(view, runner, signal));
      if (found === undefined) return { status: 'gave-up', reason: 'No tests of the repository can be run.' };
      try {
        const run = await runAgentless({ view, ...found }, policies, { ...agentless, seed, runner, signal });
        onRun?.(view, run);
        const trajectory = trajectoryOf(policies, run, trajectoryId);
        if (trajectory) onTrajectory?.(trajectory);
        return submissionOf(run);
      } catch (error) {
        if (error instanceof MethodError && error.code === 'infra')
          throw new SolverError('infra', error.message, { cause: error });
        throw error;
      }
    },
  };
}

function trajectoryOf(players: AgentlessPolicies | RolePolicies, run: AgentlessRun, id: string | undefined) {
  const answered = run.repairs.findIndex(({ completion }) => completion.status === 'answered');
  const index = run.selection.index ?? answered;
  const repair = run.repairs[index];
  return repair && answerTrajectory(policyOf(agentlessPolicies(players).repair, index), repair, id);
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
