export type SolverErrorCode = 'artifact-does-not-apply' | 'order-too-high' | 'invalid-options' | 'infra';

/** A task that cannot exist or options that cannot be were asked for, or what attempts stand on failed (`infra`). */
export class SolverError extends Error {
  override readonly name = 'SolverError';
  readonly code: SolverErrorCode;

  constructor(code: SolverErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
