export type SolverErrorCode = 'artifact-does-not-apply' | 'order-too-high' | 'infra';

/** A task that cannot exist was asked for, or what attempts stand on failed (`infra`). */
export class SolverError extends Error {
  override readonly name = 'SolverError';
  readonly code: SolverErrorCode;

  constructor(code: SolverErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
