import type { SolverTask } from '../solver-task.js';

/**
 * Where something of the original was found: in a text; in an object of git, reachable or not; in bytecode; in a
 * package or compressed file; in a copy of the repository installed with the interpreter; in what tools leave behind or
 * in what tells files apart without their content.
 */
export type LeakKind = 'text' | 'git-object' | 'bytecode' | 'archive' | 'installed-copy' | 'metadata';

/** One place that a solver can read and what of the original it holds. */
export interface LeakFinding {
  readonly kind: LeakKind;
  /** Absolute, as the solver sees it. */
  readonly path: string;
  /** Member of an archive or object of git in it, outermost first. */
  readonly within: readonly string[];
  /** The file of the original of which it holds something; undefined where it is none in particular. */
  readonly file: string | undefined;
  /** What gives it away: some of the removed lines, or what of the bytecode, in words. */
  readonly evidence: readonly string[];
  /** False: worth knowing, and gives nothing of the original away. */
  readonly isLeak: boolean;
  /** What `scrub` does with it: takes it out of the workspace, shows it empty, or nothing since it is part of the code. */
  readonly scrubbing: 'deleted' | 'hidden' | 'none';
  /** A sentence on what to do. */
  readonly remedy: string;
}

export interface LeakSearchTally {
  readonly files: number;
  readonly bytes: number;
  /** Members of archives. */
  readonly members: number;
  readonly objects: number;
  /** Files outside of the workspace that are known by their lines or names and searched where they may hold something. */
  readonly listed: number;
}

/**
 * What a solver could read of the original.
 * - `clean`: nothing that was looked for.
 * - `leaking`: findings that are leaks and still there, with `report`, or with `scrub` those that cannot be taken away.
 * - `scrubbed`: all leaks are gone from `task`, and looking again found none.
 * - `refused`: leaks, with `refuse`: the task is not to be handed out.
 */
export interface LeakAudit {
  readonly status: 'clean' | 'leaking' | 'scrubbed' | 'refused';
  /** Of the first search; leaks first, then by path. */
  readonly findings: readonly LeakFinding[];
  /** Of the search after scrubbing: what could not be taken away. Empty where nothing was scrubbed. */
  readonly remaining: readonly LeakFinding[];
  /** The task to hand out: with `scrub` one whose view lacks what leaked, else the one given. */
  readonly task: SolverTask;
  /** What could not be searched, and why: too large, encrypted, in an unknown format. */
  readonly unsearched: readonly { readonly path: string; readonly reason: string }[];
  readonly searched: LeakSearchTally;
  /** Wall time; `toolchainMs` of it went into reading what lies outside of the workspace, which is kept. */
  readonly ms: number;
  readonly toolchainMs: number;
}

export interface AuditLeaksOptions {
  readonly onLeak: 'report' | 'scrub' | 'refuse';
  /**
   * How far to look. `everything` (default) knows all text outside of the workspace by its lines, for which that is
   * read once per toolchain; `names` searches those files outside that are named like a changed file; `workspace` stays
   * inside, with the harness files, /tmp, home, environment and arguments.
   */
  readonly scope?: 'workspace' | 'names' | 'everything';
  /** Directories outside of the workspace to look in; default: all that can be read. */
  readonly directories?: readonly string[];
  /** Where what is known of a toolchain is kept between processes; default: nowhere, it is read once per provider. */
  readonly cacheDirectory?: string;
  /** Of one search; default 120 s. Reading a toolchain for the first time has half an hour. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}
