import type { TrajectoryRecord, TurnRecord } from './trajectory-record.js';

/** The trajectory with nothing to learn from: what `maskReason` calls `mask`. Its reward still counts in its group. */
export function maskLoss(record: TrajectoryRecord): TrajectoryRecord {
  return { ...record, turns: record.turns.map(maskTurn) };
}

/**
 * The trajectory without the turns whose reply held no call that could be executed: they stay in the context and are not
 * learned from. Nebius RFT, arXiv 2508.03501, masks these assistant turns.
 */
export function maskFormatErrors(record: TrajectoryRecord): TrajectoryRecord {
  const turns = record.turns.map((turn) => (turn.format_error === undefined ? turn : maskTurn(turn)));
  return { ...record, turns };
}

function maskTurn(turn: TurnRecord): TurnRecord {
  const ids = turn.completion_token_ids;
  return ids ? { ...turn, loss_mask: ids.map(() => 0 as const) } : turn;
}
