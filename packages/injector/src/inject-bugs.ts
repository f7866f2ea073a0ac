import type { BugArtifact, Environment } from '@swe-selfplay/artifact';
import { EvaluationError, type TestRunner } from '@swe-selfplay/evaluation';
import { SandboxError } from '@swe-selfplay/sandbox';
import type { Injection, InjectOptions, Injector } from './injector.js';

/** What the loop needs to know of a validation; a ValidationReport is one. */
export interface Validation {
  readonly status: 'valid' | 'invalid' | 'infra';
  readonly checks?: readonly { readonly id: string; readonly status: string; readonly reason: string }[];
}

export interface InjectBugsOptions<Report extends Validation> {
  readonly injector: Injector;
  readonly runner: TestRunner;
  /** The first seed; the next are one more each. */
  readonly seed: number;
  /** Valid artifacts wanted. */
  readonly count: number;
  readonly validate: (artifact: BugArtifact) => Promise<Report>;
  /** Most seeds that are tried. Default: 10 and 4 for each artifact wanted. */
  readonly maxSeeds?: number;
  /** Episodes of the injector under way at once, for injectors that wait for a model. Default 1. */
  readonly concurrency?: number | undefined;
  /** Seeds in a row that broken infrastructure may end; one more is thrown. Default 3. */
  readonly maxInfraFailures?: number | undefined;
  /** Hears of each episode of the injector before it begins, and may add to how it is played. */
  readonly episodeOptions?: ((seed: number) => Partial<InjectOptions>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Counts up to now: yield is `valid / tried`. */
export interface InjectionTally {
  readonly tried: number;
  readonly valid: number;
  /** How often each reason made a seed useless. */
  readonly discarded: Readonly<Record<string, number>>;
}

/** What one seed gave. */
export type SeedOutcome<Report extends Validation> = { readonly seed: number; readonly tally: InjectionTally } & (
  | { readonly status: 'valid'; readonly artifact: BugArtifact; readonly report: Report }
  | {
      readonly status: 'invalid' | 'infra' | 'duplicate';
      /** Undefined where infrastructure failed before there was one. */
      readonly artifact: BugArtifact | undefined;
      readonly report: Report | undefined;
      readonly reason: string;
    }
  | { readonly status: 'gave-up'; readonly reason: string }
);

/**
 * Injects bugs seed by seed until enough artifacts are valid or the seeds are used up, and tells of each seed, in their
 * order, as soon as it is done. What broken infrastructure ends costs its seed only, unless it goes on.
 * Throws what the injector and the validation throw, and the reason of `signal` when it is aborted.
 */
export async function* injectBugs<Report extends Validation>(
  environment: Environment,
  options: InjectBugsOptions<Report>,
): AsyncGenerator<SeedOutcome<Report>, InjectionTally> {
  const { count, maxSeeds = 10 + 4 * count, concurrency = 1, maxInfraFailures = 3 } = options;
  const known = new Set<string>();
  const discarded: Record<string, number> = {};
  const enough = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, enough.signal]) : enough.signal;
  const underWay: Promise<InjectionEnd>[] = [];
  let begun = 0;
  let infraInRow = 0;
  let tally: InjectionTally = { tried: 0, valid: 0, discarded };
  try {
    while (tally.valid < count) {
      while (begun < maxSeeds && underWay.length < concurrency) {
        underWay.push(injectOnce(environment, options.seed + begun, { ...options, signal }));
        begun += 1;
      }
      const injection = await underWay.shift();
      if (injection === undefined) break;
      options.signal?.throwIfAborted();
      if (injection.status === 'failed') throw injection.error;
      infraInRow = injection.status === 'infra' ? infraInRow + 1 : 0;
      if (injection.status === 'infra' && infraInRow > maxInfraFailures) throw injection.error;
      const seed = options.seed + tally.tried;
      const outcome = await judge(injection, known, options);
      if (outcome.status !== 'valid') discarded[outcome.kind] = (discarded[outcome.kind] ?? 0) + 1;
      const valid = tally.valid + (outcome.status === 'valid' ? 1 : 0);
      tally = { tried: tally.tried + 1, valid, discarded: { ...discarded } };
      yield withTally(outcome, seed, tally);
    }
    return tally;
  } finally {
    enough.abort(new Error('Enough bugs were injected.'));
    await Promise.all(underWay);
  }
}

/** How an episode of the injector ended; never rejects, since nobody may be waiting for it yet. */
type InjectionEnd =
  | Injection
  | { readonly status: 'infra'; readonly error: Error }
  | { readonly status: 'failed'; readonly error: unknown };

async function injectOnce<Report extends Validation>(
  environment: Environment,
  seed: number,
  { injector, runner, signal, episodeOptions }: InjectBugsOptions<Report>,
): Promise<InjectionEnd> {
  try {
    signal?.throwIfAborted();
    return await injector.inject(environment, { seed, runner, signal, ...episodeOptions?.(seed) });
  } catch (error) {
    return isInfraFailure(error) ? { status: 'infra', error } : { status: 'failed', error };
  }
}

function isInfraFailure(error: unknown): error is Error {
  return error instanceof SandboxError || (error instanceof EvaluationError && error.code === 'infra');
}

type Outcome<Report extends Validation> =
  | { readonly status: 'valid'; readonly artifact: BugArtifact; readonly report: Report }
  | {
      readonly status: 'invalid' | 'infra' | 'duplicate';
      readonly artifact: BugArtifact | undefined;
      readonly report: Report | undefined;
      readonly kind: string;
      readonly reason: string;
    }
  | { readonly status: 'gave-up'; readonly kind: string; readonly reason: string };

async function judge<Report extends Validation>(
  injection: Injection | Extract<InjectionEnd, { readonly status: 'infra' }>,
  known: Set<string>,
  { validate }: InjectBugsOptions<Report>,
): Promise<Outcome<Report>> {
  if (injection.status === 'infra') {
    return { status: 'infra', artifact: undefined, report: undefined, kind: 'infra', reason: injection.error.message };
  }
  if (injection.status === 'gave-up') return { ...injection, kind: 'gave up' };
  const { artifact } = injection;
  if (known.has(artifact.id)) {
    const reason = 'Another seed gave the same artifact.';
    return { status: 'duplicate', artifact, report: undefined, kind: 'duplicate', reason };
  }
  known.add(artifact.id);
  const report = await validate(artifact);
  if (report.status === 'valid') return { status: 'valid', artifact, report };
  const culprit = report.checks?.find((check) => check.status === 'failed' || check.status === 'error');
  const kind = report.status === 'infra' ? 'infra' : `invalid: ${culprit?.id ?? 'unknown check'}`;
  return { status: report.status, artifact, report, kind, reason: culprit?.reason ?? 'No check says why.' };
}

function withTally<Report extends Validation>(
  outcome: Outcome<Report>,
  seed: number,
  tally: InjectionTally,
): SeedOutcome<Report> {
  if (outcome.status === 'valid') return { ...outcome, seed, tally };
  const { kind: _, ...rest } = outcome;
  return { ...rest, seed, tally };
}
