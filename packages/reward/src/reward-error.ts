export type RewardErrorCode =
  | 'alpha-out-of-range'
  | 'group-size-out-of-range'
  | 'probability-out-of-range'
  | 'count-out-of-range'
  | 'option-out-of-range'
  | 'not-finite'
  | 'length-mismatch'
  | 'bug-id-missing';

/** Something that no reward is defined for: a fault of the caller, never an outcome of a round. */
export class RewardError extends Error {
  override readonly name = 'RewardError';
  readonly code: RewardErrorCode;

  constructor(code: RewardErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
