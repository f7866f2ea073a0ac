import type { Patch } from './git-diff.js';

/** The names of the five files on disk, in the order in which an artifact lists them. */
export const ARTIFACT_FILES = [
  'test_script.sh',
  'test_files.txt',
  'test_parser.py',
  'bug_inject.diff',
  'test_weaken.diff',
] as const;

export type ArtifactFile = (typeof ARTIFACT_FILES)[number];

/** How the suite is run and read: `test_script.sh` and `test_parser.py`, byte for byte. */
export interface TestCommand {
  readonly script: Uint8Array;
  readonly parser: Uint8Array;
}

/** A bug artifact: the five files of SSR 2.2, parsed. */
export interface BugArtifact {
  /** SHA-256 over the five files: equal artifacts have equal ids. Provenance does not count. */
  readonly id: string;
  readonly testCommand: TestCommand;
  /** Oracle test files: relative paths with `/`, without repetition, in the order of `test_files.txt`. */
  readonly testFiles: readonly string[];
  readonly bugInject: Patch;
  readonly testWeaken: Patch;
  /** The five files as they were written, byte for byte. */
  readonly files: Readonly<Record<ArtifactFile, Uint8Array>>;
  readonly provenance: Provenance | undefined;
}

/** `artifact.json`: where an artifact comes from. Every field may be missing; nothing is judged by it. */
export interface Provenance {
  readonly formatVersion: 1;
  readonly strategy?: string | undefined;
  readonly seed?: number | undefined;
  readonly policy?: string | undefined;
  readonly environment?: string | undefined;
  readonly parentAttempt?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** What is wrong with one file of an artifact. */
export interface ArtifactProblem {
  readonly file: ArtifactFile | 'artifact.json';
  /** 1-based, where known. */
  readonly line: number | undefined;
  /** A sentence: what was expected, what came. */
  readonly reason: string;
}

/**
 * What came of reading five files: an artifact, or all the problems found. Parts that could be read are there in both
 * cases, so that the checks can say which of them fails first. Warnings are about `artifact.json`.
 */
export type ArtifactReading =
  | { readonly status: 'read'; readonly artifact: BugArtifact; readonly warnings?: readonly ArtifactProblem[] }
  | {
      readonly status: 'malformed';
      readonly problems: readonly ArtifactProblem[];
      readonly parts: Partial<BugArtifact>;
      readonly warnings?: readonly ArtifactProblem[];
    };
