import type { Evidence } from './evidence.js';

/**
 * What must have been gathered before a check can judge; later stages include the earlier ones. The runs of all stages
 * but `neutral` start together; those of `neutral` start when a check of that stage is reached.
 */
export type EvidenceStage = 'static' | 'original' | 'buggy' | 'weakened' | 'reverted' | 'neutral';

/** What a check finds. `skipped`: it cannot say, because what it needs is missing; that is never a pass. */
export interface Finding {
  readonly status: 'passed' | 'failed' | 'skipped';
  /** One sentence a person understands. */
  readonly reason: string;
  /** Which file, which tests; JSON. */
  readonly evidence?: Readonly<Record<string, unknown>>;
}

/** A validity rule: a pure function from evidence to a finding. Users add their own to DEFAULT_CHECKS. */
export interface Check {
  readonly id: string;
  readonly stage: EvidenceStage;
  /** Judged again whenever later stages bring more evidence; a pass may then become a failure. */
  readonly isStanding?: boolean;
  judge(evidence: Evidence): Finding;
}

/** A finding as it is reported. `error`: the check threw, which counts as failed, or the sandbox failed. */
export interface CheckVerdict {
  readonly id: string;
  readonly status: 'passed' | 'failed' | 'skipped' | 'error';
  readonly reason: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly ms: number;
}

export function passed(reason: string, evidence?: Readonly<Record<string, unknown>>): Finding {
  return { status: 'passed', reason, ...(evidence && { evidence }) };
}

export function failed(reason: string, evidence?: Readonly<Record<string, unknown>>): Finding {
  return { status: 'failed', reason, ...(evidence && { evidence }) };
}

export function skipped(reason: string): Finding {
  return { status: 'skipped', reason };
}
