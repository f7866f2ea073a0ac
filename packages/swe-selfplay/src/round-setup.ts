import { availableParallelism } from 'node:os';
import type { Environment } from '@swe-selfplay/artifact';
import type { EvaluationFlag, TestRunner } from '@swe-selfplay/evaluation';
import {
  type Check,
  type Injector,
  PROFILES,
  type ValidationRules,
  validationRulesSchema,
} from '@swe-selfplay/injector';
import { DEFAULT_ALPHA, DEFAULT_GROUP_SIZE } from '@swe-selfplay/reward';
import type { SandboxProvider } from '@swe-selfplay/sandbox';
import type { Solver } from '@swe-selfplay/solver';
import { z } from 'zod';
import { deriveSeed } from './derive-seed.js';
import { createDispatcher, type Dispatcher } from './dispatcher.js';
import type { Journal } from './journal.js';
import { createMemoryJournal } from './memory-journal.js';
import type { PlayListener } from './play-event.js';
import type { LeakPolicy, TaskDemands } from './prepare-task.js';
import { RunError } from './run-error.js';
import type { RoundKey } from './run-record.js';

/** Who plays, and what runs the tests; a session is a `runner` and a `provider`. */
export interface RoundParts {
  readonly injector: Injector;
  readonly solver: Solver;
  readonly runner: TestRunner;
  readonly provider: SandboxProvider;
}

/** How a round is played. All seeds derive from `seed`, the environment and the number of the round. */
export interface RoundOptions {
  /** A whole number from 0 up; default 0. */
  readonly seed?: number | undefined;
  /** Number of the round, from 1 up; default 1. */
  readonly round?: number | undefined;
  /** Attempts at each bug; default 8. */
  readonly groupSize?: number | undefined;
  /** Penalty of a bug that nobody or everybody solves, 0..1; default 0.8. */
  readonly alpha?: number | undefined;
  /** Episodes of the injector before the round ends without a bug; default 1. */
  readonly tries?: number | undefined;
  /** How many failed attempts at most become a bug of order 2, each with a group of its own; true: all. Default: none. */
  readonly higherOrder?: boolean | number | undefined;
  /**
   * `library`: rewards are settled as groups end. `trainer`: trajectories come with what happened and without rewards,
   * which `computeRewards` makes of them. Default: `library`.
   */
  readonly settle?: 'library' | 'trainer' | undefined;
  readonly rules?: Partial<ValidationRules> | undefined;
  /** What a bug must pass to be valid; default: the nine of SPEC 5. */
  readonly checks?: readonly Check[] | undefined;
  /** Flags that make a solved patch unsolved; default: those that prove its report false. */
  readonly refusedFlags?: readonly EvaluationFlag[] | undefined;
  /** Share, 0..1, of the failing tests that the solver is not shown and is graded by all the same; default 0. */
  readonly hiddenShare?: number | undefined;
  /** What is done about the original's text within a solver's reach; default `scrub`. `off` does not look. */
  readonly onLeak?: LeakPolicy | undefined;
  readonly leakSearch?: TaskDemands['leakSearch'];
  /** Suites and searches under way at once; default: the number of cores. */
  readonly jobs?: number | undefined;
  /** Conversations with a policy under way at once; default: as many as `jobs`. They wait and cost little. */
  readonly concurrency?: number | undefined;
  /** Shared by rounds that are played at once; default: one of this round's own. */
  readonly dispatcher?: Dispatcher | undefined;
  /** Where results are kept as they are earned, and found if they were earned before; default: in memory. */
  readonly journal?: Journal | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: PlayListener | undefined;
}

/** Everything that the steps of one round share; checked, defaults filled in. */
export interface RoundSetup extends RoundParts {
  readonly environment: Environment;
  readonly key: RoundKey;
  readonly seed: number;
  readonly settings: RoundSettings;
  readonly checks: readonly Check[];
  readonly leakSearch: TaskDemands['leakSearch'];
  readonly refusedFlags: readonly EvaluationFlag[];
  readonly dispatcher: Dispatcher;
  readonly journal: Journal;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: PlayListener;
}

export interface RoundSettings {
  readonly seed: number;
  readonly groupSize: number;
  readonly alpha: number;
  readonly tries: number;
  readonly higherOrder: number;
  readonly settle: 'library' | 'trainer';
  readonly rules: ValidationRules;
  readonly hiddenShare: number;
  readonly onLeak: LeakPolicy;
}

const settingsSchema = z.object({
  seed: z.int().min(0).default(0),
  round: z.int().min(1).default(1),
  groupSize: z.int().min(1).default(DEFAULT_GROUP_SIZE),
  alpha: z.number().min(0).max(1).default(DEFAULT_ALPHA),
  tries: z.int().min(1).default(1),
  higherOrder: z.union([z.boolean(), z.int().min(0)]).default(0),
  settle: z.enum(['library', 'trainer']).default('library'),
  rules: validationRulesSchema.default(() => validationRulesSchema.parse({})),
  hiddenShare: z.number().min(0).max(1).default(0),
  onLeak: z.enum(['off', 'report', 'scrub', 'refuse']).default('scrub'),
  jobs: z.int().min(1).default(availableParallelism),
  concurrency: z.int().min(1).optional(),
});

/** Options with their defaults. Throws RunError `invalid-options` that names the option. */
export function checkRoundOptions(
  options: RoundOptions,
): RoundSettings & { readonly round: number; readonly jobs: number; readonly concurrency: number } {
  const checked = settingsSchema.safeParse(options);
  if (checked.success) {
    const { higherOrder, ...settings } = checked.data;
    const allOrNumber = higherOrder === true ? settings.groupSize : Number(higherOrder);
    return { ...settings, higherOrder: allOrNumber, concurrency: settings.concurrency ?? settings.jobs };
  }
  const reason = z.prettifyError(checked.error);
  throw new RunError('invalid-options', `Expected other options to play with: ${reason}`, { cause: checked.error });
}

/** Tells environments of a run apart: the name, and the digest of the code. */
export function environmentKey({ name, digest }: Pick<Environment, 'name' | 'digest'>): string {
  return `${name}@${digest.slice(0, 12)}`;
}

export function setUpRound(environment: Environment, parts: RoundParts, options: RoundOptions): RoundSetup {
  const { round, jobs, concurrency, ...settings } = checkRoundOptions(options);
  return {
    ...parts,
    environment,
    key: { environment: environmentKey(environment), round },
    // Not of the name: a clone in another folder is the same environment.
    seed: deriveSeed(settings.seed, environment.digest, round),
    settings,
    leakSearch: { scope: 'names', ...options.leakSearch },
    checks: options.checks ?? PROFILES.default.checks,
    refusedFlags: options.refusedFlags ?? PROFILES.default.refusedFlags,
    dispatcher: options.dispatcher ?? createDispatcher({ prepare: 2 * jobs, run: concurrency, judge: 2 * jobs }),
    journal: options.journal ?? createMemoryJournal(),
    signal: options.signal,
    onEvent: options.onEvent ?? (() => undefined),
  };
}
