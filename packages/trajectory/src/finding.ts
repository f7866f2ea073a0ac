export type FindingName =
  // Of a turn.
  | 'invalid_token_id'
  | 'invalid_logprob'
  | 'positive_logprob'
  | 'no_prompt_ids'
  | 'no_logprobs'
  | 'logprob_misalign'
  | 'length_mismatch'
  | 'invalid_loss_mask'
  | 'trainable_prompt'
  | 'no_sampled_ids'
  | 'truncated_turn'
  | 'empty_completion'
  // Of a sequence to train on.
  | 'nothing_trainable'
  | 'masked_has_logprob'
  | 'empty_response'
  | 'certain_tokens'
  // Of the episode.
  | 'no_turns'
  | 'degenerate_rollout'
  | 'per_turn_capture_only'
  | 'multiple_roots';

/** Something about the token data of a trajectory; the names are those of OpenEnv's capture validation. */
export interface Finding {
  /** FATAL: training on it does harm. WARN: it can be trained on, but somebody should know why it is so. */
  readonly level: 'FATAL' | 'WARN' | 'INFO';
  readonly name: FindingName;
  readonly message: string;
  /** Index of the turn; absent where the finding is not of one turn. */
  readonly turn?: number;
  /** Place in `toTrainingSequences`; absent where the finding is not of a sequence. */
  readonly sequence?: number;
}
