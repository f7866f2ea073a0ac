import { applyPreset, METHOD_PRESETS, type MethodName, type MethodPreset } from '@swe-selfplay/reward';
import { hasPassed, type TrajectoryRecord } from '@swe-selfplay/trajectory';

/** What one episode is worth to a trainer that works as a system of the literature does. */
export interface TrainingSignal {
  readonly trajectory_id: string;
  readonly role: TrajectoryRecord['role'];
  readonly group_id: string;
  readonly method: MethodName;
  /** In the numbers of the method, its length penalty added; null where there is none. */
  readonly reward: number | null;
  /** Null: it adds nothing to the loss, since it is masked, left out or without a reward. */
  readonly advantage: number | null;
  /** False: the method leaves the whole group out of the batch. */
  readonly is_group_kept: boolean;
}

/**
 * Rewards and advantages of trajectories as a method computes them (`METHOD_PRESETS`), group by group, in the order of
 * the trajectories. A solver's reward is what the method gives for a solved and an unsolved task, an injector's is SSR's;
 * what infrastructure ended, and what is pending, is null and takes no part in its group. Orders 1 and 2 are groups of
 * their own. Which records are fit to train on (age, capture, loops) is for `maskReason` to say. Throws RewardError where
 * a record lacks what the method needs.
 */
export function trainingSignals(trajectories: readonly TrajectoryRecord[], method: MethodName): TrainingSignal[] {
  const preset = METHOD_PRESETS[method];
  const groups = new Map<string, TrajectoryRecord[]>();
  for (const record of trajectories) {
    const key = `${record.role} ${record.order} ${record.group_id}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  const signals = new Map<TrajectoryRecord, TrainingSignal>();
  for (const group of groups.values()) {
    const { isKept, members } = applyPreset(
      group.map((record) => ({
        reward: rewardOf(record, preset),
        end: record.stop_reason,
        steps: record.turns.length,
        tokens: writtenTokens(record),
      })),
      preset,
    );
    for (const [index, record] of group.entries()) {
      const { trajectory_id, role, group_id } = record;
      signals.set(record, { trajectory_id, role, group_id, method, ...members[index]!, is_group_kept: isKept });
    }
  }
  return trajectories.map((record) => signals.get(record)!);
}

function rewardOf(record: TrajectoryRecord, { rewards }: MethodPreset): number | null {
  const passed = hasPassed(record);
  if (passed === undefined) return null;
  if (record.role === 'injector' || rewards === null) return record.reward;
  return passed ? rewards.solved : rewards.unsolved;
}

/** Tokens that the policy wrote, as captured or else as its server counted them; undefined where a turn tells neither. */
function writtenTokens({ turns }: TrajectoryRecord): number | undefined {
  return turns.reduce<number | undefined>((sum, { completion_token_ids, usage }) => {
    const written = completion_token_ids?.length ?? usage?.completion_tokens;
    return sum === undefined || written === undefined ? undefined : sum + written;
  }, 0);
}
