import { isStuckInLoop, type LoopOptions } from './filters/find-loop.js';
import { MASK_PRESETS, type MaskPreset } from './mask-presets.js';
import { type StalenessOptions, stalenessOf } from './staleness-of.js';
import type { StopReason, TrajectoryRecord } from './trajectory-record.js';

export interface MaskOptions {
  /** Ends whose trajectories are masked, by name or as a list. Default `none`, as in SSR. */
  readonly stopReasons?: MaskPreset | readonly StopReason[] | undefined;
  /** Where given, trajectories that are too old are dropped. */
  readonly staleness?: StalenessOptions | undefined;
  /** What to do with a trajectory whose age is not known. Default `keep`; it is told by `isAgeUnknown`. */
  readonly unknownAge?: 'keep' | 'drop' | undefined;
  /**
   * Whether trajectories that went round in circles are masked, as in the code of SkyRL-Agent (`stuck_in_a_loop`), with
   * the `skyrl` ends its whole list; see `findLoop`. Default false.
   */
  readonly stuckInLoop?: boolean | LoopOptions | undefined;
}

/** What a trainer should do with a trajectory. */
export type TrainingUse =
  /** `isAgeUnknown`: the age was asked for and a version of the weights did not tell it. */
  | { readonly status: 'train'; readonly isAgeUnknown: boolean }
  /** Its reward counts in the baseline of its group; it adds nothing to the loss. See `maskLoss`. */
  | { readonly status: 'mask'; readonly reason: MaskedReason; readonly isAgeUnknown: boolean }
  /** It leaves its group, which is one smaller. */
  | { readonly status: 'drop'; readonly reason: DropReason };

export type MaskedReason = 'stop-reason' | 'stuck-in-loop' | 'nothing-trainable';

export type DropReason =
  | 'reward-pending'
  | 'unscorable'
  | 'no-reward'
  | 'infrastructure'
  | 'eval-capture'
  | 'text-capture'
  | 'not-trainable'
  | 'stale'
  | 'unknown-age';

/** Ends that say nothing about the task: whatever stands in the reward, nobody earned it. */
const INFRASTRUCTURE: ReadonlySet<StopReason> = new Set(['cancelled', 'policy-failed', 'sandbox-failed']);

/**
 * Whether a trajectory is trained on, masked or dropped, and why. The first reason holds: first whether it has a reward
 * that was earned, then whether it was captured for training, then its age, then how it ended, then whether it went round
 * in circles. Throws TrajectoryError `invalid-option`.
 */
export function maskReason(record: TrajectoryRecord, options: MaskOptions = {}): TrainingUse {
  const { stopReasons = 'none', staleness, unknownAge = 'keep', stuckInLoop = false } = options;
  const unrewarded = unrewardedReason(record);
  if (unrewarded) return { status: 'drop', reason: unrewarded };
  if (record.capture !== 'train') return { status: 'drop', reason: `${record.capture}-capture` };
  if (!record.trainable) return { status: 'drop', reason: 'not-trainable' };
  const age = staleness ? stalenessOf(record, staleness).status : 'fresh';
  if (age === 'stale') return { status: 'drop', reason: 'stale' };
  // Without a turn there are no weights whose age would matter.
  const isAgeUnknown = age === 'unknown' && record.turns.length > 0;
  if (isAgeUnknown && unknownAge === 'drop') return { status: 'drop', reason: 'unknown-age' };
  const masked: readonly StopReason[] = typeof stopReasons === 'string' ? MASK_PRESETS[stopReasons] : stopReasons;
  if (masked.includes(record.stop_reason)) return { status: 'mask', reason: 'stop-reason', isAgeUnknown };
  if (stuckInLoop !== false && isStuckInLoop(record, stuckInLoop === true ? {} : stuckInLoop))
    return { status: 'mask', reason: 'stuck-in-loop', isAgeUnknown };
  return hasTrainableToken(record)
    ? { status: 'train', isAgeUnknown }
    : { status: 'mask', reason: 'nothing-trainable', isAgeUnknown };
}

export function isInfrastructureEnd({ stop_reason: reason }: Pick<TrajectoryRecord, 'stop_reason'>): boolean {
  return INFRASTRUCTURE.has(reason);
}

function unrewardedReason(record: TrajectoryRecord): DropReason | undefined {
  if (isInfrastructureEnd(record)) return 'infrastructure';
  if (record.reward_status === 'pending') return 'reward-pending';
  if (record.reward_status === 'unscorable') return 'unscorable';
  return record.reward === null || !Number.isFinite(record.reward) ? 'no-reward' : undefined;
}

function hasTrainableToken({ turns }: TrajectoryRecord): boolean {
  return turns.some(({ completion_token_ids: ids, loss_mask }) =>
    loss_mask ? loss_mask.includes(1) : ids !== null && ids.length > 0,
  );
}
