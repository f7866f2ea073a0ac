import type { CheckVerdict } from '@swe-selfplay/injector';
import type {
  AttemptKey,
  AttemptRecord,
  EvaluationRecord,
  HigherOrderTaskRecord,
  InjectionRecord,
  RewardRecord,
  RoundEndRecord,
  RoundKey,
  TaskRecord,
  ValidationRecord,
} from './run-record.js';

/** What happens while a run is played, in the order in which it happens; rounds and attempts may overlap. */
export type PlayEvent =
  | { readonly type: 'run-start'; readonly folder: string; readonly rounds: number; readonly isResumed: boolean }
  /** The last line of the records was unfinished and has been cut. */
  | { readonly type: 'run-repair'; readonly file: string; readonly cutBytes: number }
  | ({ readonly type: 'round-start'; readonly seed: number } & RoundKey)
  | ({ readonly type: 'injection-start'; readonly candidate: number; readonly seed: number } & RoundKey)
  | { readonly type: 'injection-end'; readonly record: InjectionRecord }
  | ({ readonly type: 'validation-start'; readonly candidate: number } & RoundKey)
  | ({ readonly type: 'check-end'; readonly candidate: number; readonly verdict: CheckVerdict } & RoundKey)
  | { readonly type: 'validation-end'; readonly record: ValidationRecord }
  | { readonly type: 'task-end'; readonly record: TaskRecord }
  | ({ readonly type: 'attempt-start'; readonly seed: number } & AttemptKey)
  | { readonly type: 'attempt-end'; readonly record: AttemptRecord }
  | { readonly type: 'evaluation-end'; readonly record: EvaluationRecord }
  | { readonly type: 'higher-order-task-end'; readonly record: HigherOrderTaskRecord }
  | { readonly type: 'reward-end'; readonly record: RewardRecord }
  | { readonly type: 'round-end'; readonly record: RoundEndRecord }
  /** The round was over before this process began. */
  | { readonly type: 'round-skip'; readonly record: RoundEndRecord }
  | { readonly type: 'run-end'; readonly status: 'finished' | 'interrupted' };

export type PlayListener = (event: PlayEvent) => void;
