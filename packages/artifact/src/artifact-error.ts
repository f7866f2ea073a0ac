import type { ArtifactProblem } from './bug-artifact.js';

export type ArtifactErrorCode =
  /** The directory does not exist, or is not one. */
  | 'not-found'
  | 'not-a-directory'
  /** The files are not an artifact; see `problems`. */
  | 'malformed'
  /** There is something else where the artifact should be written. */
  | 'exists'
  /** The file system failed. */
  | 'unreadable'
  | 'unwritable';

/** A bug artifact that cannot be read or written. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
  readonly code: ArtifactErrorCode;
  /** Empty unless `malformed`. */
  readonly problems: readonly ArtifactProblem[];

  constructor(
    code: ArtifactErrorCode,
    message: string,
    options: ErrorOptions & { readonly problems?: readonly ArtifactProblem[] } = {},
  ) {
    super(message, options);
    this.code = code;
    this.problems = options.problems ?? [];
  }
}

/** One line about a problem, with file and line in front, for a person to read. */
export function describeProblem({ file, line, reason }: ArtifactProblem): string {
  return `${file}${line === undefined ? '' : `:${line}`}: ${reason}`;
}
