import type { Sandbox } from '@swe-selfplay/sandbox';
import type { RemovedText } from './removed-text.js';
import { runSearch } from './run-search.js';

/** One content in which something was found; nothing is judged yet. */
export interface LeakHit {
  readonly path: string;
  /** Members of archives, objects of git. */
  readonly within: readonly string[];
  /** Which of the removed texts; null for what is of none in particular. */
  readonly file: number | null;
  /** Indices of its lines and windows, and the share of all its lines. */
  readonly lines?: readonly number[];
  readonly windows?: readonly number[];
  readonly kinship?: number;
  /** The content is the whole original. */
  readonly isExact?: boolean;
  /** Of bytecode: functions that only the original has, names that only it has, or that it is of another Python. */
  readonly functions?: readonly string[];
  readonly names?: readonly string[];
  readonly version?: boolean;
  /** Blob ids of the original, and words that were asked for. */
  readonly blobIds?: readonly string[];
  readonly words?: readonly string[];
}

export interface LeakSearch {
  readonly hits: readonly LeakHit[];
  readonly unsearched: readonly { readonly path: string; readonly reason: string }[];
  readonly searched: {
    readonly files: number;
    readonly bytes: number;
    readonly members: number;
    readonly objects: number;
  };
  /** Properties of files that tell the changed ones from the others. */
  readonly tells: readonly string[];
}

export interface LeakSearchRequest {
  readonly removed: readonly RemovedText[];
  /** Files outside of the workspace to search as well. */
  readonly candidates: readonly string[];
  readonly stores: readonly string[];
  /** Words that tell something where tools have left them behind. */
  readonly words: readonly string[];
  /** Paths of the task that the bug or the weakening changed. */
  readonly changed: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

const MAX_FOUND_BYTES = 256 * 1024 ** 2;

/** Searches an open workspace as its solver would see it. Throws SolverError `audit-failed` and SandboxError. */
export async function searchWorkspace(sandbox: Sandbox, request: LeakSearchRequest): Promise<LeakSearch> {
  const { removed, candidates, stores, words, changed, timeoutMs, signal } = request;
  const output = await runSearch(
    sandbox,
    'search',
    {
      workdir: sandbox.workdir,
      roots: [sandbox.workdir, sandbox.harnessDir],
      candidates,
      stores,
      words,
      changed,
      files: removed.map(({ path, blobId, lines, strong, windows, all, original, known }) => ({
        path,
        blobId,
        lines,
        strong,
        windows,
        all,
        original: original ?? null,
        known,
      })),
    },
    { timeoutMs, maxOutputBytes: MAX_FOUND_BYTES, signal },
  );
  return JSON.parse(output.toString()) as LeakSearch;
}
