import type { TurnRecord } from './trajectory-record.js';

/** Versions of the weights that a turn was sampled with, oldest first as far as is known; null: not known. */
export function versionsOf(turn: TurnRecord): (string | null)[] {
  const spans = turn.weight_spans?.map(({ version }) => version) ?? [];
  return [turn.weight_version_start, ...spans, turn.weight_version_end];
}
