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
}

/** What a trainer should do with a trajectory. */
export type TrainingUse =
  /** `isAgeUnknown`: the age was asked for and a version of the weights did not tell it. */
  | { readonly status: 'train'; readonly isAgeUnknown: boolean }
  /** Its reward counts in the baseline of its group; it adds nothing to the loss. See `maskLoss`. */
  | { readonly status: 'mask'; readonly reason: 'stop-reason' | 'nothing-trainable'; readonly isAgeUnknown: boolean }
  /** It leaves its group, which is one smaller. */
  | { readonly status: 'drop'; readonly reason: DropReason };

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
 * that was earned, then whether it was captured for training, then its age, then how it ended. Throws TrajectoryError
 * `invalid-option`.
 */
export function maskReason(record: TrajectoryRecord, options: MaskOptions = {}): TrainingUse {
  const { stopReasons = 'none', staleness, unknownAge = 'keep' } = options;
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
  return hasTrainableToken(record)
    ? { status: 'train', isAgeUnknown }
    : { status: 'mask', reason: 'nothing-trainable', isAgeUnknown };
}

function unrewardedReason(record: TrajectoryRecord): DropReason | undefined {
  if (INFRASTRUCTURE.has(record.stop_reason)) return 'infrastructure';
  if (record.reward_status === 'pending') return 'reward-pending';
  if (record.reward_status === 'unscorable') return 'unscorable';
  return record.reward === null || !Number.isFinite(record.reward) ? 'no-reward' : undefined;
}

function hasTrainableToken({ turns }: TrajectoryRecord): boolean {
  return turns.some(({ completion_token_ids: ids, loss_mask }) =>
    loss_mask ? loss_mask.includes(1) : ids !== null && ids.length > 0,
  );
}
