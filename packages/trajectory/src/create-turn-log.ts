import { prefixOf } from './token-prefix.js';
import { TrajectoryError } from './trajectory-error.js';
import type { TurnRecord } from './trajectory-record.js';

/** A turn whose `prompt_token_ids` are the whole prompt. */
export type WholeTurn = Omit<TurnRecord, 'extends_turn'>;

/** Keeps the turns of an episode while it is played. */
export interface TurnLog {
  readonly turns: readonly TurnRecord[];
  /** Adds the next turn and returns it as it is kept. Throws TrajectoryError `invalid-turns` for a wrong `index`. */
  append(turn: WholeTurn): TurnRecord;
}

/**
 * A log that stores of each prompt only what no earlier turn holds, so that an episode takes room in proportion to its
 * length and not to its square: a prompt repeats all that was said before. `expandTurns` undoes it.
 */
export function createTurnLog(): TurnLog {
  const turns: TurnRecord[] = [];
  return {
    turns,
    append(turn) {
      if (turn.index !== turns.length) {
        throw new TrajectoryError('invalid-turns', `Expected turn ${turns.length} next, got turn ${turn.index}.`);
      }
      const prompt = turn.prompt_token_ids;
      const prefix = prompt ? prefixOf(turns, prompt) : undefined;
      const kept: TurnRecord = {
        ...turn,
        extends_turn: prefix?.turn ?? null,
        prompt_token_ids: prefix ? prompt!.slice(prefix.length) : prompt,
      };
      turns.push(kept);
      return kept;
    },
  };
}
