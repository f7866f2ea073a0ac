export type EnvironmentErrorCode =
  /** The directory does not exist, or is not one. */
  | 'not-found'
  | 'not-a-directory'
  /** A revision was asked for, and the directory is not the top of a git repository. */
  | 'not-a-repository'
  /** The repository has no commit yet. */
  | 'no-commit'
  | 'unknown-revision'
  /** A path that no snapshot can hold: not UTF-8, or one that leads out of the tree. */
  | 'unsupported-path'
  /** The repository needs the git program, which is not installed. */
  | 'git-needed'
  /** Git or the file system failed, an object is missing, or permission is denied. */
  | 'unreadable'
  /** The directory changed after it was read. */
  | 'changed';

/** The code to play on cannot be read: a wrong directory or revision, or a repository that is broken. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly code: EnvironmentErrorCode;

  constructor(code: EnvironmentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
