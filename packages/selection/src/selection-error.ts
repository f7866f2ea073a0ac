export type SelectionErrorCode = 'invalid-options' | 'invalid-candidate';

/** Something no choice is defined for, such as a score that is not a number: a fault of the caller, never an outcome. */
export class SelectionError extends Error {
  override readonly name = 'SelectionError';
  readonly code: SelectionErrorCode;

  constructor(code: SelectionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
