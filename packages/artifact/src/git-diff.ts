import type { FileMode, Snapshot } from './snapshot.js';

/** A git diff as a value: what `git diff` prints, parsed. The order of files is kept. */
export interface Patch {
  readonly files: readonly FilePatch[];
}

/** What a patch does to one file. `oldPath` is undefined for a new file, `newPath` for a deleted one. */
export interface FilePatch {
  readonly kind: 'add' | 'delete' | 'modify' | 'rename' | 'copy';
  readonly oldPath: string | undefined;
  readonly newPath: string | undefined;
  /** Undefined where the diff does not say it (an unchanged mode without an index line). */
  readonly oldMode: FileMode | undefined;
  readonly newMode: FileMode | undefined;
  readonly content: PatchContent;
}

export type PatchContent =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly hunks: readonly Hunk[] }
  | {
      readonly kind: 'binary';
      readonly forward: BinaryData;
      readonly backward: BinaryData | undefined;
      /** Full git ids of the content before and after (40 or 64 hex digits), where the diff states them; zeros: no file. */
      readonly oldId: string | undefined;
      readonly newId: string | undefined;
    };

/** Lines are latin1 strings (one code unit a byte) without their line feed; a carriage return stays. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Text behind the second `@@`, often the name of a function; empty where there is none. */
  readonly heading: string;
  readonly lines: readonly HunkLine[];
}

export interface HunkLine {
  readonly kind: 'context' | 'removed' | 'added';
  readonly text: string;
  /** True where `\ No newline at end of file` follows. */
  readonly endsWithoutNewline: boolean;
}

/** One side of a `GIT binary patch`: whole content, or git's delta against the other side (both inflated). */
export interface BinaryData {
  readonly kind: 'literal' | 'delta';
  readonly data: Uint8Array;
}

/** Why a patch was refused; untrusted patches are expected to fail, so this is data and not an exception. */
export interface PatchRefusal {
  readonly status: 'refused';
  readonly code:
    | 'malformed'
    | 'empty'
    | 'unsafe-path'
    | 'unsafe-link'
    | 'submodule'
    | 'duplicate-path'
    | 'missing-file'
    | 'file-exists'
    | 'mode-mismatch'
    | 'content-mismatch'
    | 'too-large'
    | 'irreversible';
  /** A sentence: what was expected, what came, where. */
  readonly reason: string;
  /** 1-based line of the patch text, where known. */
  readonly line: number | undefined;
  readonly path: string | undefined;
}

export type PatchParse = { readonly status: 'parsed'; readonly patch: Patch } | PatchRefusal;
export type PatchApplication = { readonly status: 'applied'; readonly snapshot: Snapshot } | PatchRefusal;
/** `irreversible`: a copy or a binary change without backward data; `reversePatchOn` knows the content and can. */
export type PatchReversal = { readonly status: 'reversed'; readonly patch: Patch } | PatchRefusal;
export type PatchComposition = { readonly status: 'composed'; readonly patch: Patch } | PatchRefusal;
