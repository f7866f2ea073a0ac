import type { TurnRecord } from './trajectory-record.js';

/** A turn with its whole prompt. */
export type FullTurn = Omit<TurnRecord, 'extends_turn'>;

/** Turns as they are recorded, each holding only the ids that are new in it. */
export interface TurnLog {
  append(turn: FullTurn): TurnRecord;
  readonly turns: readonly TurnRecord[];
}

/** Keeps the ids of one turn besides what is recorded, so that an episode takes room in proportion to its length. */
export function createTurnLog(): TurnLog {
  const turns: TurnRecord[] = [];
  let said: readonly number[] = [];
  return {
    turns,
    append(turn) {
      const prompt = turn.prompt_token_ids;
      const goesOn = prompt !== null && said.length > 0 && startsWith(prompt, said);
      const record: TurnRecord = {
        ...turn,
        extends_turn: goesOn ? turns.length - 1 : null,
        prompt_token_ids: goesOn ? prompt.slice(said.length) : prompt,
      };
      said = prompt === null ? [] : [...prompt, ...(turn.completion_token_ids ?? [])];
      turns.push(record);
      return record;
    },
  };
}

function startsWith(ids: readonly number[], start: readonly number[]): boolean {
  return start.length <= ids.length && start.every((id, index) => ids[index] === id);
}
