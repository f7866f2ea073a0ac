import { type ArtifactReading, type BugArtifact, partitionTests, type Snapshot } from '@swe-selfplay/artifact';
import { EvaluationError, type GuardRule, type TestRunner } from '@swe-selfplay/evaluation';
import type { Check, CheckVerdict, Finding } from './check.js';
import { DEFAULT_CHECKS } from './default-checks.js';
import { type Evidence, flakyTests, stableReports } from './evidence.js';
import { type EvidenceGathering, gatherEvidence } from './gather-evidence.js';
import { type RuleOverrides, validationRulesSchema } from './validation-rules.js';
import { witnessedTests } from './witnessed-tests.js';

const MAX_REASON_LENGTH = 1_000;

export interface ValidateOptions {
  readonly runner: TestRunner;
  readonly rules?: RuleOverrides | undefined;
  /** Go on after the first failure, to see all that is wrong. */
  readonly runAll?: boolean | undefined;
  /** Default: the nine of SPEC 5. Add your own to them. */
  readonly checks?: readonly Check[] | undefined;
  readonly guardRules?: readonly GuardRule[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hears of each verdict as soon as it stands. */
  readonly onVerdict?: ((verdict: CheckVerdict) => void) | undefined;
}

/** What is known of an artifact after validation. */
export interface ValidationReport {
  /** `infra`: the sandbox failed and nothing was decided; never a verdict on the artifact. */
  readonly status: 'valid' | 'invalid' | 'infra';
  readonly valid: boolean;
  readonly checks: readonly CheckVerdict[];
  /** Ids that pass on the original and not with the bug, sorted; empty where that was not found out. */
  readonly failToPass: readonly string[];
  /** Ids that pass on both, sorted. */
  readonly passToPass: readonly string[];
  /** Ids that differ between repeats, sorted; they are in neither of the two above. */
  readonly flaky: readonly string[];
  /**
   * Ids of the second witness that passed in every run of the original and are stable with the bug, sorted; undefined
   * where pytest or unittest was not seen to run the original to its end. Grading goes by them too.
   */
  readonly witnessed?: readonly string[];
  /** Suite runs this validation stands on: executed for it, or found executed already. */
  readonly runs: { readonly executed: number; readonly cached: number };
  readonly ms: number;
}

/**
 * Validates a bug artifact by running it (SPEC 5): the first failing check decides, the rest are skipped. Fails closed:
 * an artifact is valid only if every check passed, and a check that throws has failed.
 * Throws ZodError for rules that are out of range, and the reason of `signal` when it is aborted.
 */
export async function validateArtifact(
  subject: BugArtifact | ArtifactReading,
  environment: { readonly original: Snapshot },
  options: ValidateOptions,
): Promise<ValidationReport> {
  const startedAt = performance.now();
  const rules = validationRulesSchema.parse(options.rules ?? {});
  const reading: ArtifactReading = 'status' in subject ? subject : { status: 'read', artifact: subject };
  const ending = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal;
  try {
    const gathering = await gatherEvidence({
      original: environment.original,
      reading,
      rules,
      runner: options.runner,
      guardRules: options.guardRules,
      signal,
    });
    const outcome = await judgeAll(options.checks ?? DEFAULT_CHECKS, gathering, options);
    options.signal?.throwIfAborted();
    const witnessed = witnessedTests(gathering.evidence);
    return {
      ...outcome,
      valid: outcome.status === 'valid',
      ...summarise(gathering.evidence),
      ...(witnessed && { witnessed }),
      runs: {
        executed: gathering.runs.filter(({ isCached }) => !isCached).length,
        cached: gathering.runs.filter(({ isCached }) => isCached).length,
      },
      ms: elapsed(startedAt),
    };
  } finally {
    ending.abort(new Error('The validation has ended.'));
  }
}

type Outcome = Pick<ValidationReport, 'status' | 'checks'>;

async function judgeAll(
  checks: readonly Check[],
  gathering: EvidenceGathering,
  { runAll = false, onVerdict = () => undefined }: ValidateOptions,
): Promise<Outcome> {
  const verdicts = new Map<string, CheckVerdict>();
  const record = (verdict: CheckVerdict) => {
    verdicts.set(verdict.id, verdict);
    onVerdict(verdict);
  };
  const hasFailed = () => [...verdicts.values()].some(({ status }) => status === 'failed' || status === 'error');
  let infra: EvaluationError | undefined;

  for (const check of checks) {
    if (infra !== undefined || (hasFailed() && !runAll)) {
      record({ id: check.id, status: 'skipped', reason: 'Not reached.', evidence: {}, ms: 0 });
      continue;
    }
    const startedAt = performance.now();
    try {
      await gathering.reach(check.stage);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      infra = error;
      record({ id: check.id, status: 'error', reason: error.message, evidence: {}, ms: elapsed(startedAt) });
      continue;
    }
    for (const standing of checks.filter(({ id, isStanding }) => isStanding && verdicts.get(id)?.status === 'passed')) {
      const verdict = judge(standing, gathering.evidence, startedAt);
      if (verdict.status !== 'passed') record(verdict);
    }
    if (hasFailed() && !runAll)
      record({ id: check.id, status: 'skipped', reason: 'Not reached.', evidence: {}, ms: 0 });
    else record(judge(check, gathering.evidence, startedAt));
  }
  const all = [...verdicts.values()];
  const isValid = all.length > 0 && all.every(({ status }) => status === 'passed');
  // What failed on evidence has failed, even if the sandbox broke on the way to a later check.
  const isUndecided = infra !== undefined && !all.some(({ status }) => status === 'failed');
  return { status: isUndecided ? 'infra' : isValid ? 'valid' : 'invalid', checks: all };
}

/** Fails closed: a check that throws, or whose finding is none of the three, has not passed. */
function judge(check: Check, evidence: Evidence, startedAt: number): CheckVerdict {
  let finding: Finding | undefined;
  try {
    finding = check.judge(evidence);
    if (['passed', 'failed', 'skipped'].includes(finding.status)) {
      const { status, reason, evidence: found = {} } = finding;
      return { id: check.id, status, reason: shorten(reason), evidence: found, ms: elapsed(startedAt) };
    }
  } catch (error) {
    return {
      id: check.id,
      status: 'error',
      reason: shorten(`The check threw: ${describeError(error)}`),
      evidence: {},
      ms: elapsed(startedAt),
    };
  }
  return { id: check.id, status: 'error', reason: 'The check gave no finding.', evidence: {}, ms: elapsed(startedAt) };
}

function summarise(evidence: Evidence): Pick<ValidationReport, 'failToPass' | 'passToPass' | 'flaky'> {
  if (evidence.original === undefined || evidence.buggy === undefined)
    return { failToPass: [], passToPass: [], flaky: [] };
  const flaky = flakyTests(evidence);
  const { original, buggy } = stableReports(evidence);
  return { ...partitionTests(original, buggy, flaky), flaky: [...flaky].sort() };
}

/** A sentence for a person, however many paths and tests it would name; all of them are in the evidence. */
function shorten(reason: string): string {
  return reason.length <= MAX_REASON_LENGTH ? reason : `${reason.slice(0, MAX_REASON_LENGTH - 1)}…`;
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function elapsed(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}
