import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import {
  createCwmToolSet,
  type Policy,
  type RolloutEnd,
  runRollout,
  type SubmissionKind,
  type ToolSet,
  type Trajectory,
  withoutSubmission,
} from '@swe-selfplay/adapter';
import type { Snapshot } from '@swe-selfplay/artifact';
import type { Sandbox, SandboxProvider } from '@swe-selfplay/sandbox';
import { openTaskWorkspace, specificationFileIn, type TaskView } from '@swe-selfplay/solver';
import { MethodError } from '../method-error.js';
import type { Statement } from '../statements/statement.js';
import { layFiles } from './lay-files.js';

/** How long a policy may work, and with what. */
export interface RolloutBounds {
  /** Default: the tools of the SSR paper's agents, see `createCwmToolSet`. */
  readonly toolSet?: ToolSet | undefined;
  /** Default 64. */
  readonly maxTurns?: number | undefined;
  /** Wall time of one rollout. Default 30 minutes. */
  readonly timeoutMs?: number | undefined;
  /** Replies in a row without a readable call that are answered; see `runRollout`. */
  readonly maxFormatErrors?: number | undefined;
  /** Bound on the tokens of a conversation, for policies that do not know theirs. */
  readonly contextTokens?: number | undefined;
}

/** What prompts may name of the place where a policy works. */
export interface RolePlace {
  readonly repository: string;
  /** A sentence on where the specification lies as a file; empty where the policy is not shown it. */
  readonly specificationNote: string;
  readonly maxTurns: number;
  readonly timeoutMinutes: number;
}

export interface RoleRollout {
  readonly id: string;
  readonly policy: Policy;
  readonly view: TaskView;
  readonly statement: Statement;
  /** The tree to work on: of the view, or made of it. */
  readonly start: Snapshot;
  /** Files laid on it besides, which fit the task. */
  readonly laid?: ReadonlyMap<string, Uint8Array> | undefined;
  readonly submission: SubmissionKind;
  promptOf(place: RolePlace): string;
  readonly bounds: RolloutBounds;
  readonly provider: SandboxProvider;
  readonly signal?: AbortSignal | undefined;
  readonly onTrajectory?: ((trajectory: Trajectory) => void) | undefined;
}

/** Where a policy worked, with its programs ended, and how that ended. */
export interface PlayedRole {
  readonly sandbox: Sandbox;
  readonly end: RolloutEnd;
}

/**
 * Lets a policy work in a workspace of a task and hands both to `use`. It is shown no more of the task than its statement
 * says. Throws SandboxError, PromptError, and MethodError `infra` for an end that says nothing about the task.
 */
export async function playRole<Result>(
  rollout: RoleRollout,
  use: (played: PlayedRole) => Promise<Result>,
): Promise<Result> {
  const { view, statement, provider, signal } = rollout;
  signal?.throwIfAborted();
  const isShown = statement.kind === 'specification';
  const specificationText = isShown ? view.specificationText : new Uint8Array();
  const sandbox = await openTaskWorkspace(provider, { ...view, snapshot: treeOf(rollout), specificationText });
  try {
    const trajectory = await converse(rollout, sandbox, isShown);
    rollout.onTrajectory?.(trajectory);
    signal?.throwIfAborted();
    const { end } = trajectory;
    if (end.status !== 'submitted') {
      const { status, reason } = withoutSubmission(end);
      if (status === 'infra') throw new MethodError('infra', reason);
    }
    return await use({ sandbox, end });
  } finally {
    await sandbox.close();
  }
}

/** The tree that the workspace of a rollout starts as. */
export function treeOf({ view, start, laid = new Map() }: Pick<RoleRollout, 'view' | 'start' | 'laid'>): Snapshot {
  return layFiles(start, view.snapshot, laid);
}

function converse(rollout: RoleRollout, sandbox: Sandbox, isShown: boolean): Promise<Trajectory> {
  const { id, policy, submission, bounds, signal } = rollout;
  const { toolSet = createCwmToolSet(), maxTurns = 64, timeoutMs = 1_800_000 } = bounds;
  const text = rollout.promptOf({
    repository: sandbox.workdir,
    specificationNote: isShown ? `The patch is also in the file ${specificationFileIn(sandbox)}.` : '',
    maxTurns,
    timeoutMinutes: Math.round(timeoutMs / 6000) / 10,
  });
  return runRollout({
    id,
    policy,
    sandbox,
    toolSet,
    role: { submission, extra: [] },
    prompt: [{ role: 'user', text }],
    maxTurns,
    timeoutMs,
    maxFormatErrors: bounds.maxFormatErrors,
    contextTokens: bounds.contextTokens,
    signal,
  });
}

/** The path inside the workspace of what commands call `path`; undefined where it lies elsewhere. */
export function pathInside({ workdir }: Pick<Sandbox, 'workdir'>, path: string): string | undefined {
  const absolute = posix.resolve(workdir, path);
  return absolute.startsWith(`${workdir}/`) ? absolute.slice(workdir.length + 1) : undefined;
}

/** Equal samples of a role have equal names, whenever they are made. */
export function sampleId(role: string, { id }: Pick<TaskView, 'id'>, ...place: readonly (string | number)[]): string {
  return createHash('sha256')
    .update([role, id, ...place].join('\0'))
    .digest('hex')
    .slice(0, 32);
}
