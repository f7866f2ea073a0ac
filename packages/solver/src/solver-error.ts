export type SolverErrorCode =
  | 'artifact-does-not-apply'
  | 'order-too-high'
  | 'invalid-options'
  | 'infra'
  | 'audit-failed';

/**
 * A task that cannot exist or options that cannot be were asked for, what attempts stand on failed (`infra`), or what a
 * solver could read could not be searched (`audit-failed`).
 */
export class SolverError extends Error {
  override readonly name = 'SolverError';
  readonly code: SolverErrorCode;

  constructor(code: SolverErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
