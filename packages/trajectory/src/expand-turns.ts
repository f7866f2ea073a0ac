import type { FullTurn } from './full-turn.js';
import { promptIdsOf } from './token-prefix.js';
import type { ChatMessage, TrajectoryRecord } from './trajectory-record.js';

/**
 * The turns, each whole: request messages, prompt ids, mask over prompt and completion. Takes room in the square of the
 * episode's length; go through `eachFullTurn` where one turn at a time will do. Throws as `promptIdsOf` does.
 */
export function expandTurns(record: Pick<TrajectoryRecord, 'turns'>): FullTurn[] {
  return [...eachFullTurn(record)];
}

/** As `expandTurns`, one at a time. */
export function* eachFullTurn({ turns }: Pick<TrajectoryRecord, 'turns'>): Generator<FullTurn> {
  let said: readonly ChatMessage[] = [];
  for (const [place, stored] of turns.entries()) {
    const { messages_delta, restarts_messages, extends_turn: _, loss_mask, ...turn } = stored;
    const messages = restarts_messages ? messages_delta : [...said, ...messages_delta];
    const prompt = promptIdsOf(turns, place);
    yield {
      ...turn,
      messages,
      prompt_token_ids: prompt,
      loss_mask: fullMask(prompt, stored.completion_token_ids, loss_mask),
    };
    said = [...messages, turn.response];
  }
}

function fullMask(
  prompt: readonly number[] | null,
  completion: readonly number[] | null,
  completionMask: readonly (0 | 1)[] | undefined,
): (0 | 1)[] | null {
  if (!completion) return null;
  const context = new Array<0 | 1>(prompt?.length ?? 0).fill(0);
  return context.concat(completionMask ?? new Array<0 | 1>(completion.length).fill(1));
}
