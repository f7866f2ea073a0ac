export type TrajectoryErrorCode =
  /** A line that holds no record of this kind. */
  | 'invalid-line'
  /** A record of another version of the schema. */
  | 'unsupported-version'
  /** Turns that do not fit together: a wrong index, or a prompt that goes on from a turn without ids. */
  | 'invalid-turns'
  /** Token ids are asked for where none were recorded. */
  | 'no-tokens'
  /** Two records of one attempt where there may be one. */
  | 'duplicate-attempt'
  | 'invalid-option';

/** A record that cannot be read, or one that does not hold what is asked of it. */
export class TrajectoryError extends Error {
  override readonly name = 'TrajectoryError';
  readonly code: TrajectoryErrorCode;

  constructor(code: TrajectoryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
