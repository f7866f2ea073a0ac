/** How a tokenizer marks the turns of a conversation. */
export interface TurnMarks {
  /** Ends every turn. */
  readonly imEndId: number;
  /** Begin a turn of the assistant. */
  readonly assistantOpenIds: readonly number[];
}

/**
 * The reward of each turn of the assistant, in order: that at the mark which ends it. A turn without one, such as the
 * last where the server opened one more, is undefined. `rewards` are as many as `ids`.
 */
export function turnScoresOf(
  ids: readonly number[],
  rewards: readonly number[],
  { imEndId, assistantOpenIds }: TurnMarks,
): (number | undefined)[] {
  const scores: (number | undefined)[] = [];
  let isOpen = false;
  for (let place = 0; place < ids.length; place += 1) {
    if (assistantOpenIds.every((id, offset) => ids[place + offset] === id)) {
      scores.push(undefined);
      isOpen = true;
      place += assistantOpenIds.length - 1;
    } else if (isOpen && ids[place] === imEndId) {
      scores[scores.length - 1] = rewards[place];
      isOpen = false;
    }
  }
  return scores;
}
