export type EvaluationErrorCode = 'infra';

/** The place to run tests failed, also when tried again: nothing is known of what was to be tested. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
  readonly code: EvaluationErrorCode;

  constructor(code: EvaluationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
