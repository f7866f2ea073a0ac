export type RunErrorCode =
  | 'invalid-options'
  | 'not-a-run-folder'
  | 'settings-differ'
  | 'run-locked'
  | 'corrupt-record'
  | 'disk-full'
  | 'write-failed';

/** A run could not be opened, read or written, or was asked for what cannot be; nothing it wrote before is lost. */
export class RunError extends Error {
  override readonly name = 'RunError';
  readonly code: RunErrorCode;

  constructor(code: RunErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
