import {
  createBashTool,
  createSubmitTool,
  type Message,
  type Policy,
  runRollout,
  type Trajectory,
  withoutSubmission,
} from '@swe-selfplay/adapter';
import { collectPredPatch } from './pred-patch.js';
import { solverPrompt } from './prompts/solver-prompt.js';
import type { Solver, Submission } from './solver.js';
import { SolverError } from './solver-error.js';
import type { TaskView } from './solver-task.js';
import { openTaskWorkspace } from './task-workspace.js';

export interface PolicySolverOptions {
  /** Default 60. */
  readonly maxTurns?: number;
  /** Wall time of one rollout. Default one hour. */
  readonly timeoutMs?: number;
  /** What the conversation starts with. Default: the task and its specification. */
  readonly prompt?: (view: TaskView) => readonly Message[];
  /** Called with each trajectory, whatever its end. */
  readonly onTrajectory?: (trajectory: Trajectory, view: TaskView) => void;
}

/**
 * A solver that lets a policy work in a workspace of the task; its patch is what the workspace holds when it submits.
 * What a rollout leaves behind that ends without a submission is not handed in.
 */
export function createPolicySolver(policy: Policy, options: PolicySolverOptions = {}): Solver {
  return {
    name: policy.name,
    async solve(view, { provider, signal }): Promise<Submission> {
      const sandbox = await openTaskWorkspace(provider, view);
      try {
        const trajectory = await runRollout({
          policy,
          sandbox,
          tools: [createBashTool(), createSubmitTool()],
          prompt: (options.prompt ?? solverPrompt)(view),
          maxTurns: options.maxTurns,
          timeoutMs: options.timeoutMs,
          signal,
        });
        options.onTrajectory?.(trajectory, view);
        signal?.throwIfAborted();
        if (trajectory.end.status !== 'submitted') return gaveUp(withoutSubmission(trajectory.end));
        const collection = await collectPredPatch(sandbox, view);
        if (collection.status === 'refused') return gaveUp({ status: 'gave-up', reason: collection.reason });
        return { status: 'submitted', predPatch: collection.predPatch, notes: { leftOut: collection.leftOut } };
      } finally {
        await sandbox.close();
      }
    },
  };
}

function gaveUp({ status, reason }: ReturnType<typeof withoutSubmission>): Submission {
  if (status === 'infra') throw new SolverError('infra', reason);
  return { status, reason };
}
