export type SandboxErrorCode =
  | 'isolation-unavailable'
  | 'sandbox-failed'
  | 'sandbox-closed'
  | 'host-exhausted'
  | 'file-not-found'
  | 'invalid-request'
  | 'too-much-changed';

/** The place to run commands failed, which says nothing about what was to run there. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly code: SandboxErrorCode;

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
