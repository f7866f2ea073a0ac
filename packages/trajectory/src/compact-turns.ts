import { isDeepStrictEqual } from 'node:util';
import { createTurnLog } from './create-turn-log.js';
import type { FullTurn } from './full-turn.js';
import { TrajectoryError } from './trajectory-error.js';
import type { ChatMessage, TurnRecord } from './trajectory-record.js';

/**
 * Turns as they are stored: what they share with earlier turns is left out. `expandTurns` gives back the same. Throws
 * TrajectoryError `invalid-turns` for a wrong `index`, or a mask that is not one of prompt and completion.
 */
export function compactTurns(full: readonly FullTurn[]): TurnRecord[] {
  const log = createTurnLog();
  let said: readonly ChatMessage[] = [];
  for (const { messages, loss_mask, ...turn } of full) {
    const goesOn = startsWith(messages, said);
    const completionMask = completionMaskOf({ ...turn, loss_mask });
    log.append({
      ...turn,
      messages_delta: goesOn ? messages.slice(said.length) : messages,
      ...(!goesOn && { restarts_messages: true as const }),
      ...(completionMask.includes(0) && { loss_mask: completionMask }),
    });
    said = [...messages, turn.response];
  }
  return [...log.turns];
}

function startsWith(messages: readonly ChatMessage[], said: readonly ChatMessage[]): boolean {
  if (said.length > messages.length) return false;
  return said.every((message, place) => message === messages[place] || isDeepStrictEqual(message, messages[place]));
}

function completionMaskOf(turn: Pick<FullTurn, 'index' | 'prompt_token_ids' | 'completion_token_ids' | 'loss_mask'>) {
  const { prompt_token_ids, completion_token_ids, loss_mask } = turn;
  if (!loss_mask) return [];
  const promptLength = prompt_token_ids?.length ?? 0;
  const isFit = loss_mask.length === promptLength + (completion_token_ids?.length ?? 0);
  if (isFit && !loss_mask.slice(0, promptLength).includes(1)) return loss_mask.slice(promptLength);
  throw new TrajectoryError(
    'invalid-turns',
    `Turn ${turn.index}: the loss mask is not 0 over the prompt and as long as the ids.`,
  );
}
