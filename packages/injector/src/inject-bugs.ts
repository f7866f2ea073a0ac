import type { BugArtifact, Environment } from '@swe-selfplay/artifact';
import type { TestRunner } from '@swe-selfplay/evaluation';
import type { Injector } from './injector.js';

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
      readonly artifact: BugArtifact;
      readonly report: Report | undefined;
      readonly reason: string;
    }
  | { readonly status: 'gave-up'; readonly reason: string }
);

/**
 * Injects bugs seed by seed until enough artifacts are valid or the seeds are used up, and tells of each seed as soon
 * as it is done. Throws what the injector and the validation throw, and the reason of `signal` when it is aborted.
 */
export async function* injectBugs<Report extends Validation>(
  environment: Environment,
  options: InjectBugsOptions<Report>,
): AsyncGenerator<SeedOutcome<Report>, InjectionTally> {
  const { count, maxSeeds = 10 + 4 * count } = options;
  const known = new Set<string>();
  const discarded: Record<string, number> = {};
  let tally: InjectionTally = { tried: 0, valid: 0, discarded };
  for (let index = 0; index < maxSeeds && tally.valid < count; index += 1) {
    const seed = options.seed + index;
    const outcome = await trySeed(environment, seed, known, options);
    if (outcome.status !== 'valid') discarded[outcome.kind] = (discarded[outcome.kind] ?? 0) + 1;
    const valid = tally.valid + (outcome.status === 'valid' ? 1 : 0);
    tally = { tried: tally.tried + 1, valid, discarded: { ...discarded } };
    yield withTally(outcome, seed, tally);
  }
  return tally;
}

type Outcome<Report extends Validation> =
  | { readonly status: 'valid'; readonly artifact: BugArtifact; readonly report: Report }
  | {
      readonly status: 'invalid' | 'infra' | 'duplicate';
      readonly artifact: BugArtifact;
      readonly report: Report | undefined;
      readonly kind: string;
      readonly reason: string;
    }
  | { readonly status: 'gave-up'; readonly kind: string; readonly reason: string };

async function trySeed<Report extends Validation>(
  environment: Environment,
  seed: number,
  known: Set<string>,
  { injector, runner, validate, signal }: InjectBugsOptions<Report>,
): Promise<Outcome<Report>> {
  signal?.throwIfAborted();
  const injection = await injector.inject(environment, { seed, runner, signal });
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
