import type { CheckVerdict } from '@swe-selfplay/injector';

/** Which round of which environment a record is about. */
export interface RoundKey {
  /** Name and shortened digest of the environment; see `environmentKey`. */
  readonly environment: string;
  /** 1-based, as all numbers of rounds, candidates and attempts in a run folder. */
  readonly round: number;
}

export interface RoundStartRecord extends RoundKey {
  readonly type: 'round-start';
  readonly seed: number;
}

/** The conversation of an episode in short; the tokens as its server counted them, 0 where it did not. */
export interface ConversationSummary {
  /** Id of its trajectory. */
  readonly trajectory: string;
  readonly stopReason: string;
  readonly turns: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the prompt tokens. */
  readonly cachedTokens: number;
  readonly retries: number;
  readonly formatErrors: number;
}

/** One episode of the injector. */
export interface InjectionRecord extends RoundKey {
  readonly type: 'injection';
  readonly candidate: number;
  readonly seed: number;
  readonly status: 'submitted' | 'gave-up' | 'infra';
  /** The folder of the artifact in the run folder; null where none was handed in. */
  readonly artifact: string | null;
  /** Equal artifacts have equal ids. */
  readonly artifactId: string | null;
  /** A sentence: what was broken where, or why nothing was. */
  readonly reason: string;
  /** Null where the injector had none, or it broke before its first turn. */
  readonly conversation: ConversationSummary | null;
  readonly ms: number;
}

export interface ValidationRecord extends RoundKey {
  readonly type: 'validation';
  readonly candidate: number;
  readonly artifact: string;
  readonly status: 'valid' | 'invalid' | 'infra';
  readonly checks: readonly CheckVerdict[];
  readonly failToPass: readonly string[];
  readonly passToPass: readonly string[];
  readonly flaky: readonly string[];
  /** What the second witness saw pass in every run of the original; missing where it saw nothing. */
  readonly witnessed?: readonly string[] | undefined;
  readonly runs: { readonly executed: number; readonly cached: number };
  readonly ms: number;
}

/** What became of the task of a valid artifact, before anybody tried it. */
export interface TaskRecord extends RoundKey {
  readonly type: 'task';
  /** `refused`: a solver could read the original, and the run does not accept that. */
  readonly status: 'ready' | 'refused' | 'infra';
  readonly task: string;
  readonly reason: string;
  /** Failing tests that the solver is shown and not shown; null where none were to be hidden or could be. */
  readonly hidden: { readonly public: number; readonly private: number } | null;
  /** Where something of the original was found; null where nobody looked. */
  readonly leaks:
    | readonly {
        readonly kind: string;
        readonly path: string;
        readonly isLeak: boolean;
        readonly scrubbing: 'deleted' | 'hidden' | 'none';
      }[]
    | null;
  readonly ms: number;
}

/** Which attempt at which bug: order 1 is the injector's, order 2 the one that a failed attempt left. */
export interface AttemptKey extends RoundKey {
  readonly order: 1 | 2;
  /** For order 2 the attempt of order 1 that left the bug behind, null for order 1. */
  readonly parent: number | null;
  readonly attempt: number;
}

/** One episode of the solver. */
export interface AttemptRecord extends AttemptKey {
  readonly type: 'attempt';
  readonly seed: number;
  readonly status: 'submitted' | 'gave-up' | 'infra';
  /** The file of its pred_patch in the run folder; null where it handed in none. */
  readonly patch: string | null;
  readonly reason: string;
  /** What the solver says of its attempt; nothing is judged by it. */
  readonly notes: Readonly<Record<string, unknown>>;
  /** Null where the solver had none, or it broke before its first turn. */
  readonly conversation: ConversationSummary | null;
  readonly ms: number;
}

export interface EvaluationRecord extends AttemptKey {
  readonly type: 'evaluation';
  readonly status: 'solved' | 'unsolved' | 'infra';
  readonly reason: string;
  readonly failed: readonly string[];
  readonly missing: readonly string[];
  readonly flags: readonly string[];
  /** Where some of the failing tests were not shown to the solver. */
  readonly hidden?: { readonly publicPassed: boolean; readonly privatePassed: boolean } | undefined;
  readonly ms: number;
}

/** What became of the state that a failed attempt left behind: a bug of order 2, or why it is none. */
export interface HigherOrderTaskRecord extends RoundKey {
  readonly type: 'higher-order-task';
  /** The failed attempt. */
  readonly parent: number;
  readonly status: 'created' | 'refused';
  /** Id of the task of order 2; null where there is none. */
  readonly task: string | null;
  readonly reason: string;
}

/** What one episode earned; null where broken infrastructure means that it earned nothing at all. */
export interface RewardRecord extends RoundKey {
  readonly type: 'reward';
  readonly role: 'injector' | 'solver';
  /** Of the injector. */
  readonly candidate: number | null;
  /** Of the solver. */
  readonly order: 1 | 2 | null;
  readonly parent: number | null;
  readonly attempt: number | null;
  readonly reward: number | null;
}

/** What the solver did with one bug. */
export interface GroupResult {
  readonly attempts: number;
  readonly graded: number;
  readonly solved: number;
  /** Null where no attempt was graded. */
  readonly solveRate: number | null;
  /** Where tests were hidden: attempts that passed what was shown, and those of them that failed what was hidden. */
  readonly hiddenGap?: { readonly publicPassed: number; readonly privateFailed: number } | undefined;
}

export interface RoundEndRecord extends RoundKey {
  readonly type: 'round-end';
  /** `refused`: the task leaked, and nobody tried it. `infra`: broken infrastructure left something undone, which playing the run again makes up for. */
  readonly status: 'played' | 'no-bug' | 'refused' | 'infra';
  readonly candidates: number;
  readonly artifact: string | null;
  readonly group: GroupResult | null;
  /** Attempts at each bug of order 2. */
  readonly higherOrderGroups: readonly (GroupResult & { readonly parent: number })[];
  readonly injectorReward: number | null;
}

/** What a line of `records.jsonl` says. */
export type RunRecord =
  | RoundStartRecord
  | InjectionRecord
  | ValidationRecord
  | TaskRecord
  | AttemptRecord
  | EvaluationRecord
  | HigherOrderTaskRecord
  | RewardRecord
  | RoundEndRecord;

export type RecordOf<Type extends RunRecord['type']> = Extract<RunRecord, { readonly type: Type }>;

/** A record as it is stored: with the time at which it was written, which is not part of what it says. */
export type StoredRecord = RunRecord & { readonly at: string };

/** What a record is about, without what it says: of two records with the same key the later one holds. */
export function recordKey(record: RecordKey): string {
  const { type, environment, round, role, candidate, order, parent, attempt } = record;
  return JSON.stringify([
    type,
    environment,
    round,
    ...[role, candidate, order, parent, attempt].map((part) => part ?? null),
  ]);
}

export interface RecordKey extends RoundKey {
  readonly type: RunRecord['type'];
  readonly role?: RewardRecord['role'];
  readonly candidate?: number | null;
  readonly order?: 1 | 2 | null;
  readonly parent?: number | null;
  readonly attempt?: number | null;
}

/** False for what broken infrastructure left undone: it is recorded, and tried again when the run is resumed. */
export function isFinished(record: RunRecord): boolean {
  return !('status' in record && record.status === 'infra');
}
