import { maskFormatErrors } from '../mask-loss.js';
import type { TrajectoryRecord } from '../trajectory-record.js';
import { type LeaveOutReason, leaveOutReason, type RuleSet, type TrajectoryRules } from './leave-out-reason.js';

export interface FilteredTrajectories {
  readonly kept: readonly TrajectoryRecord[];
  /** How many were left out, by reason. */
  readonly leftOut: ReadonlyMap<LeaveOutReason, number>;
}

/** The trajectories that keep the rules, in order and as they are. Throws as `leaveOutReason` does. */
export function filterTrajectories(
  records: readonly TrajectoryRecord[],
  rules: RuleSet | TrajectoryRules,
): FilteredTrajectories {
  const leftOut = new Map<LeaveOutReason, number>();
  const kept = records.filter((record) => {
    const reason = leaveOutReason(record, rules);
    if (reason !== undefined) leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
    return reason === undefined;
  });
  return { kept, leftOut };
}

/**
 * Trajectories for rejection fine-tuning as Nebius does it (arXiv 2508.03501, its first stage): those that pass, with the
 * turns that caused a format error kept in the context and masked from the loss. Everything else about them may be as it
 * is.
 */
export function filterForRft(records: readonly TrajectoryRecord[]): FilteredTrajectories {
  const { kept, leftOut } = filterTrajectories(records, {});
  return { kept: kept.map(maskFormatErrors), leftOut };
}
