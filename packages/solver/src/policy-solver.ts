import { createHash } from 'node:crypto';
import {
  createCwmToolSet,
  type Policy,
  runRollout,
  type ToolSet,
  type Trajectory,
  withoutSubmission,
} from '@swe-selfplay/adapter';
import type { Sandbox } from '@swe-selfplay/sandbox';
import { collectPredPatch } from './pred-patch.js';
import type { SolveOptions, Solver, Submission } from './solver.js';
import { SolverError } from './solver-error.js';
import { assertUsable, readSolverPrompts, renderSolverPrompt, type SolverPrompts } from './solver-prompts.js';
import type { TaskView } from './solver-task.js';
import { pathInWorkspace, submissionAgrees } from './submitted-diff.js';
import { openTaskWorkspace, specificationFileIn } from './task-workspace.js';

export interface PolicySolverOptions {
  /** Default: the tools of the paper's agents, see `createCwmToolSet`. */
  readonly toolSet?: ToolSet | undefined;
  /** Default 128. */
  readonly maxTurns?: number | undefined;
  /** Wall time of one rollout. Default 40 minutes. */
  readonly timeoutMs?: number | undefined;
  /** Replies in a row without a readable call that are answered; see `runRollout`. */
  readonly maxFormatErrors?: number | undefined;
  /** Bound on the tokens of a conversation, for policies that do not know theirs. */
  readonly contextTokens?: number | undefined;
  /** What conversations start with. Default: ours; see `readSolverPrompts`. */
  readonly prompts?: SolverPrompts | undefined;
}

const MAX_NOTED_PATHS = 100;

/**
 * A solver that lets a policy work in a workspace of the task; its patch is what the workspace holds when it submits. A
 * diff that it writes down to submit is not part of its work: the file is left out of the patch, and whether it says the
 * same is only noted. What a rollout leaves behind that ends without a submission is not handed in.
 *
 * An attempt is in the stage `prepare` while its workspace is laid out, `run` while it talks, `judge` while its patch is
 * collected. Throws PromptError for prompts that cannot be used.
 */
export function createPolicySolver(policy: Policy, options: PolicySolverOptions = {}): Solver {
  const { toolSet = createCwmToolSet(), maxTurns = 128, timeoutMs = 2_400_000 } = options;
  const prompts = options.prompts ?? readSolverPrompts();
  assertUsable(prompts);

  function converse(sandbox: Sandbox, view: TaskView, { seed, signal, trajectoryId }: SolveOptions) {
    const values = {
      repository: sandbox.workdir,
      specificationFile: specificationFileIn(sandbox),
      maxTurns,
      timeoutMinutes: Math.round(timeoutMs / 6000) / 10,
    };
    return runRollout({
      id: trajectoryId ?? defaultTrajectoryId(view, seed),
      policy,
      sandbox,
      toolSet,
      role: { submission: { kind: 'patch' }, extra: [] },
      prompt: renderSolverPrompt(view, prompts, values),
      maxTurns,
      timeoutMs,
      maxFormatErrors: options.maxFormatErrors,
      contextTokens: options.contextTokens,
      signal,
    });
  }

  return {
    name: policy.name,
    async solve(view, solveOptions): Promise<Submission> {
      const { provider, signal, pass, onTrajectory } = solveOptions;
      signal?.throwIfAborted();
      await pass?.enter('prepare');
      const sandbox = await openTaskWorkspace(provider, view);
      try {
        await pass?.enter('run');
        const trajectory = await converse(sandbox, view, solveOptions);
        onTrajectory?.(trajectory);
        signal?.throwIfAborted();
        if (trajectory.end.status !== 'submitted') return gaveUp(withoutSubmission(trajectory.end));
        await pass?.enter('judge');
        return await collect(sandbox, view, trajectory.end.paths);
      } finally {
        await sandbox.close();
      }
    },
  };
}

/** Nothing of the policy's runs any more: the rollout has closed its tools. */
async function collect(sandbox: Sandbox, view: TaskView, paths: readonly string[]): Promise<Submission> {
  const inside = paths.map((path) => pathInWorkspace(sandbox, path)).filter((path) => path !== undefined);
  const collection = await collectPredPatch(sandbox, view, { submittedFiles: inside });
  if (collection.status === 'refused') return gaveUp({ status: 'gave-up', reason: collection.reason });
  const { predPatch } = collection;
  const notes = describeLeftOut(collection.leftOut);
  const [submittedPath] = paths;
  if (submittedPath === undefined) return { status: 'submitted', predPatch, notes };
  const agrees = await submissionAgrees(sandbox, view, submittedPath, predPatch);
  return { status: 'submitted', predPatch, notes: { ...notes, submittedPath, submissionAgrees: agrees } };
}

/** Notes are kept with the attempt, and an attempt can leave caches of any number of files behind. */
function describeLeftOut(paths: readonly string[]): { readonly leftOut: readonly string[]; leftOutCount?: number } {
  if (paths.length <= MAX_NOTED_PATHS) return { leftOut: paths };
  return { leftOut: paths.slice(0, MAX_NOTED_PATHS), leftOutCount: paths.length };
}

function gaveUp({ status, reason }: ReturnType<typeof withoutSubmission>): Submission {
  if (status === 'infra') throw new SolverError('infra', reason);
  return { status, reason };
}

/** Equal attempts have equal names, whenever and wherever they are made. */
function defaultTrajectoryId({ id }: TaskView, seed: number): Trajectory['id'] {
  return createHash('sha256').update(`trajectory\0${id}\0${seed}`).digest('hex').slice(0, 32);
}
