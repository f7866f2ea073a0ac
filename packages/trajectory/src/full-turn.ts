import type { ChatMessage, TurnRecord } from './trajectory-record.js';

/** A turn that stands for itself: nothing of it is left to the turns before. */
export interface FullTurn
  extends Omit<TurnRecord, 'messages_delta' | 'restarts_messages' | 'extends_turn' | 'loss_mask'> {
  /** The whole request. */
  readonly messages: readonly ChatMessage[];
  /** The whole prompt. */
  readonly prompt_token_ids: readonly number[] | null;
  /** One for each id of prompt and completion, 0 in the prompt; null where there are no completion ids. */
  readonly loss_mask: readonly (0 | 1)[] | null;
}
