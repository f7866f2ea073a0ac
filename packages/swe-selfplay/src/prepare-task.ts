import type { BugArtifact, Environment } from '@swe-selfplay/artifact';
import { SandboxError, type SandboxProvider } from '@swe-selfplay/sandbox';
import {
  type AuditLeaksOptions,
  auditLeaks,
  createTask,
  type LeakAudit,
  SolverError,
  type SolverTask,
} from '@swe-selfplay/solver';

/** What is done about the original's text within a solver's reach; `off` does not look. */
export type LeakPolicy = 'off' | AuditLeaksOptions['onLeak'];

export interface TaskDemands {
  readonly provider: SandboxProvider;
  /** Share, 0..1, of the failing tests that the solver is not shown and is graded by all the same. */
  readonly hiddenShare: number;
  /** Decides which tests these are. */
  readonly hiddenSeed: number;
  readonly onLeak: LeakPolicy;
  /** How far and with what memory to look for leaks. */
  readonly leakSearch?: Omit<AuditLeaksOptions, 'onLeak' | 'signal'> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a validation found out about an artifact, as far as its task needs it. */
export interface ValidatedTests {
  readonly failToPass: readonly string[];
  readonly passToPass: readonly string[];
  readonly witnessed?: readonly string[] | undefined;
}

/** A task ready to be handed out, or why there is none: `refused` for a leak, `infra` where nobody could look for one. */
export type TaskPreparation =
  | { readonly status: 'ready'; readonly task: SolverTask; readonly audit: LeakAudit | undefined }
  | { readonly status: 'refused'; readonly task: SolverTask; readonly audit: LeakAudit; readonly reason: string }
  | { readonly status: 'infra'; readonly task: SolverTask; readonly audit: undefined; readonly reason: string };

/**
 * Makes the task of a valid artifact, keeps back the hidden share of its tests, and looks for the original where its
 * solver could read it. Throws SolverError for an artifact that does not apply, and the reason of `signal`.
 */
export async function prepareTask(
  { original }: Pick<Environment, 'original'>,
  artifact: BugArtifact,
  { failToPass, passToPass, witnessed }: ValidatedTests,
  demands: TaskDemands,
): Promise<TaskPreparation> {
  const { provider, hiddenShare, hiddenSeed, onLeak, leakSearch, signal } = demands;
  const task = await createTask({
    ...{ original, artifact, failToPass, passToPass, witnessed, parent: artifact.id },
    ...(hiddenShare > 0 && { hidden: { share: hiddenShare, seed: hiddenSeed } }),
  });
  if (onLeak === 'off') return { status: 'ready', task, audit: undefined };
  try {
    const audit = await auditLeaks(task, provider, { ...leakSearch, onLeak, ...(signal && { signal }) });
    if (audit.status !== 'refused') return { status: 'ready', task: audit.task, audit };
    const [worst] = audit.findings;
    return { status: 'refused', task, audit, reason: `The original can be read in ${worst?.path}: ${worst?.remedy}` };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isSearchFailure(error)) throw error;
    return { status: 'infra', task, audit: undefined, reason: `Nobody could look for leaks: ${error.message}` };
  }
}

function isSearchFailure(error: unknown): error is Error {
  return error instanceof SandboxError || (error instanceof SolverError && error.code === 'audit-failed');
}
