export type InjectorErrorCode =
  /** A strategy needs the history of the repository, and there is none. */
  | 'no-history'
  /** Options that cannot be. */
  | 'invalid-options';

/** An injector was asked for what cannot be. */
export class InjectorError extends Error {
  override readonly name = 'InjectorError';
  readonly code: InjectorErrorCode;

  constructor(code: InjectorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
