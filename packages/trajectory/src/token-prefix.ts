import { TrajectoryError } from './trajectory-error.js';
import type { TurnRecord } from './trajectory-record.js';

/** The ids of a turn as they are stored. */
export type StoredIds = Pick<TurnRecord, 'extends_turn' | 'prompt_token_ids' | 'completion_token_ids'>;

/** How much of a prompt an earlier turn holds. */
export interface TokenPrefix {
  /** Index of the earlier turn. */
  readonly turn: number;
  /** Ids of its prompt and completion together. */
  readonly length: number;
}

/**
 * The earlier turn that the prompt goes on from: the one with the longest prompt and completion that are an exact prefix
 * of it, mostly the last. Where equally long, the later. Undefined: none. Reads each stored id at most once.
 */
export function prefixOf(turns: readonly StoredIds[], prompt: readonly number[]): TokenPrefix | undefined {
  // Length of each turn's ids where they are a prefix of the prompt, else undefined.
  const lengths: (number | undefined)[] = [];
  let longest: TokenPrefix | undefined;
  for (const [turn, stored] of turns.entries()) {
    const length = matchedLength(stored, lengths, prompt);
    lengths.push(length);
    if (length !== undefined && length > 0 && length >= (longest?.length ?? 0)) longest = { turn, length };
  }
  return longest;
}

function matchedLength(
  { extends_turn, prompt_token_ids, completion_token_ids }: StoredIds,
  lengths: readonly (number | undefined)[],
  prompt: readonly number[],
): number | undefined {
  const start = extends_turn === null ? 0 : lengths[extends_turn];
  if (start === undefined || !prompt_token_ids || !completion_token_ids) return undefined;
  const middle = start + prompt_token_ids.length;
  return holdsAt(prompt, start, prompt_token_ids) && holdsAt(prompt, middle, completion_token_ids)
    ? middle + completion_token_ids.length
    : undefined;
}

/** Whether `ids` stand in `sequence` from `start` on. */
export function holdsAt(sequence: readonly number[], start: number, ids: readonly number[]): boolean {
  if (start + ids.length > sequence.length) return false;
  for (let place = 0; place < ids.length; place += 1) if (sequence[start + place] !== ids[place]) return false;
  return true;
}

/**
 * The whole prompt of a turn, put together from the turns that it goes on from; null where it has no ids. Throws
 * TrajectoryError `invalid-turns` where such a turn is missing, not earlier, or without ids.
 */
export function promptIdsOf(turns: readonly StoredIds[], index: number): number[] | null {
  const own = turns[index]?.prompt_token_ids;
  if (!own) return null;
  const parts: (readonly number[])[] = [own];
  for (let at = index; turns[at]!.extends_turn !== null; ) {
    const earlier = turns[at]!.extends_turn!;
    const { prompt_token_ids, completion_token_ids } = turns[earlier] ?? {};
    if (earlier >= at || !prompt_token_ids || !completion_token_ids) {
      throw new TrajectoryError(
        'invalid-turns',
        `Turn ${at} goes on from turn ${earlier}, which is no earlier turn with ids.`,
      );
    }
    parts.push(completion_token_ids, prompt_token_ids);
    at = earlier;
  }
  // Not flat() or spreading: prompts have more ids than a call may have arguments.
  const prompt: number[] = [];
  for (const part of parts.reverse()) for (const id of part) prompt.push(id);
  return prompt;
}
