import {
  createBashTool,
  createSubmitTool,
  type Message,
  type Policy,
  runRollout,
  type Tool,
  type Trajectory,
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

/** A solver that lets a policy work in a workspace of the task; its patch is what the workspace then holds. */
export function createPolicySolver(policy: Policy, options: PolicySolverOptions = {}): Solver {
  return {
    name: policy.name,
    async solve(view, { provider, signal }) {
      const sandbox = await openTaskWorkspace(provider, view);
      try {
        const trajectory = await runRollout({
          policy,
          sandbox,
          // biome-ignore lint/suspicious/noExplicitAny: tools of different inputs stand in one list.
          tools: [createBashTool(), createSubmitTool()] satisfies Tool<any>[],
          prompt: (options.prompt ?? solverPrompt)(view),
          ...(options.maxTurns !== undefined && { maxTurns: options.maxTurns }),
          ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
          ...(signal && { signal }),
        });
        options.onTrajectory?.(trajectory, view);
        signal?.throwIfAborted();
        return await submissionOf(trajectory, () => collectPredPatch(sandbox, view));
      } finally {
        await sandbox.close();
      }
    },
  };
}

/** An end that is no submission gives none: what an unfinished rollout left in the workspace is not handed in. */
async function submissionOf(
  { end }: Trajectory,
  collect: () => ReturnType<typeof collectPredPatch>,
): Promise<Submission> {
  switch (end.status) {
    case 'submitted': {
      const collection = await collect();
      if (collection.status === 'refused') return { status: 'gave-up', reason: collection.reason };
      return { status: 'submitted', predPatch: collection.predPatch, notes: { leftOut: collection.leftOut } };
    }
    case 'gave-up':
      return { status: 'gave-up', reason: end.reason };
    case 'turn-limit':
      return { status: 'gave-up', reason: `No submission within ${end.maxTurns} turns.` };
    case 'timed-out':
      return { status: 'gave-up', reason: `No submission within ${end.timeoutMs / 1000} s.` };
    case 'cancelled':
      return { status: 'gave-up', reason: 'Cancelled.' };
    case 'policy-failed':
    case 'sandbox-failed':
      throw new SolverError('infra', end.reason);
  }
}
