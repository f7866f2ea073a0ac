import { changedPaths, listPaths } from '@swe-selfplay/artifact';
import type { SandboxProvider } from '@swe-selfplay/sandbox';
import type { SolverTask } from '../solver-task.js';
import { openTaskFiles } from '../task-workspace.js';
import { findCandidates } from './find-candidates.js';
import { judgeHits } from './judge-hits.js';
import type { AuditLeaksOptions, LeakAudit, LeakFinding } from './leak-audit.js';
import { findMetadata, findTells } from './metadata-findings.js';
import { findRemovedText, type RemovedText } from './removed-text.js';
import { scrubTask } from './scrub-task.js';
import { type LeakSearch, searchWorkspace } from './search-workspace.js';
import { openToolchainIndex, type ToolchainIndex } from './toolchain-index.js';

const DEFAULT_TIMEOUT_MS = 120_000;

/**
 * Searches everything that the solver of a task could read for what the bug took away from the original, before the
 * task is handed out: by content, in text, git objects, bytecode and archives, in the files that the solver will have.
 * What to look for is what the original has and neither the task nor its specification shows.
 *
 * `report` tells, `scrub` takes away what is no source and looks again, `refuse` says that the task is not to be used.
 * Throws SolverError `audit-failed` where it could not search (no python3 in the sandbox, out of time): nothing is known
 * of the task then. Throws SandboxError, and the reason of `options.signal`.
 */
export async function auditLeaks(
  task: SolverTask,
  provider: SandboxProvider,
  options: AuditLeaksOptions,
): Promise<LeakAudit> {
  const startedAt = performance.now();
  options.signal?.throwIfAborted();
  const removed = await findRemovedText(task);
  const index = await openIndex(provider, options);
  const toolchainMs = Math.round(performance.now() - startedAt);

  const first = await search(task, provider, removed, index, options);
  const isLeaking = first.findings.some(({ isLeak }) => isLeak);
  const ended = (end: Pick<LeakAudit, 'status' | 'task' | 'remaining'>): LeakAudit => ({
    ...end,
    findings: first.findings,
    unsearched: first.found.unsearched,
    searched: { ...first.found.searched, listed: index?.paths.length ?? 0 },
    ms: Math.round(performance.now() - startedAt),
    toolchainMs: index === undefined ? 0 : toolchainMs,
  });
  if (!isLeaking) return ended({ status: 'clean', task, remaining: [] });
  if (options.onLeak !== 'scrub')
    return ended({ status: options.onLeak === 'refuse' ? 'refused' : 'leaking', task, remaining: [] });

  const scrubbed = scrubTask(task, first.findings, first.workdir);
  const second = await search(scrubbed, provider, removed, index, options);
  const remaining = second.findings.filter(({ isLeak }) => isLeak);
  return ended({ status: remaining.length === 0 ? 'scrubbed' : 'leaking', task: scrubbed, remaining });
}

async function openIndex(
  provider: SandboxProvider,
  { scope = 'everything', directories, cacheDirectory, signal }: AuditLeaksOptions,
): Promise<ToolchainIndex | undefined> {
  if (scope === 'workspace') return undefined;
  const content = scope === 'names' ? 'names' : 'lines';
  return openToolchainIndex(provider, { directories, content, cacheDirectory, signal });
}

async function search(
  task: SolverTask,
  provider: SandboxProvider,
  removed: readonly RemovedText[],
  index: ToolchainIndex | undefined,
  options: AuditLeaksOptions,
): Promise<{ findings: readonly LeakFinding[]; found: LeakSearch; workdir: string }> {
  const { grading, view } = task;
  const changed = changedPaths(grading.original, grading.task);
  const sandbox = await openTaskFiles(provider, view);
  try {
    const found = await searchWorkspace(sandbox, {
      removed,
      candidates: index === undefined ? [] : findCandidates(index, removed),
      stores: index?.stores ?? [],
      words: (grading.hiddenIds ?? []).map((id) => id.split(/[^A-Za-z0-9_]+/).findLast((word) => word !== '') ?? id),
      changed,
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      signal: options.signal,
    });
    const { workdir } = sandbox;
    const keptPaths = new Set([...grading.testFiles, ...changed]);
    const findings = [
      ...judgeHits(found.hits, { workdir, removed, keptPaths }),
      ...findTells(found.tells, workdir),
      ...findMetadata(listPaths(view.snapshot), workdir),
    ];
    return { findings: findings.sort((a, b) => Number(b.isLeak) - Number(a.isLeak)), found, workdir };
  } finally {
    await sandbox.close();
  }
}
