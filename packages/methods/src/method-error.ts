export type MethodErrorCode = 'invalid-options' | 'infra';

/** A method was misused, or what it runs on failed; what a policy, a patch or a test does is an outcome and no error. */
export class MethodError extends Error {
  override readonly name = 'MethodError';
  readonly code: MethodErrorCode;

  constructor(code: MethodErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
