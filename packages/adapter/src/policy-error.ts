export type PolicyErrorCode =
  /** What the caller asked for cannot be: a wrong address, a field that is set twice. */
  | 'invalid-options'
  /** No connection to the server. */
  | 'unreachable'
  /** The server will not answer this, however often it is asked: key, model or request. */
  | 'refused'
  /** What came is no answer of such a server. */
  | 'bad-answer'
  /** It failed as often as was allowed. */
  | 'retries-exhausted'
  | 'policy-closed';

/** The policy could not answer, which says nothing about the task. No message and no cause holds a key. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code: PolicyErrorCode;

  constructor(code: PolicyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
