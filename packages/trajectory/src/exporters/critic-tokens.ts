import { toTrainingSequences } from '../to-training-sequences.js';
import type { TrajectoryRecord, TurnRecord } from '../trajectory-record.js';

/** Ids that a trainer of token classification reads in one pass, of exactly the ids that were sampled. */
export interface CriticTokens {
  readonly token_ids: readonly number[];
  /** One for each id: 1 at the last id of each completion that has a label, where a critic is read; 0 elsewhere. */
  readonly label_mask: readonly (0 | 1)[];
  /** One for each id: the label where the mask is 1, 0.0 elsewhere. */
  readonly labels: readonly number[];
  readonly turn_indices: readonly number[];
}

/**
 * The ids of an episode with the labels of its turns, cut as `toTrainingSequences` cuts them, so that each turn has its
 * label once. `labels`: one for each turn; null: the turn is context. A turn whose completion is empty has no place for
 * its label. Empty where a turn has no ids. Takes any capture level that has ids: log-probabilities are not needed.
 */
export function criticTokensOf(
  { turns }: Pick<TrajectoryRecord, 'turns'>,
  labels: readonly (number | null)[],
): CriticTokens[] {
  const ends = endsOf(turns);
  if (ends === undefined) return [];
  return toTrainingSequences({ turns }).map(({ token_ids, turn_indices }) => {
    const labelMask = new Array<0 | 1>(token_ids.length).fill(0);
    const values = new Array<number>(token_ids.length).fill(0);
    for (const index of turn_indices) {
      const label = labels[index];
      if (label === null || label === undefined || turns[index]!.completion_token_ids!.length === 0) continue;
      labelMask[ends[index]! - 1] = 1;
      values[ends[index]! - 1] = label;
    }
    return { token_ids, label_mask: labelMask, labels: values, turn_indices };
  });
}

/** Length of each turn's prompt and completion together; undefined: a turn has no ids. */
function endsOf(turns: readonly TurnRecord[]): number[] | undefined {
  const ends: number[] = [];
  for (const { extends_turn, prompt_token_ids: prompt, completion_token_ids: completion } of turns) {
    if (!prompt || !completion) return undefined;
    const before = extends_turn === null ? 0 : ends[extends_turn]!;
    ends.push(before + prompt.length + completion.length);
  }
  return ends;
}
