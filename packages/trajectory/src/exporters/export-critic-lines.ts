import { hasPassed } from '../filters/has-passed.js';
import { isInfrastructureEnd } from '../mask-reason.js';
import type { TrajectoryRecord } from '../trajectory-record.js';
import type { CriticTokens } from './critic-tokens.js';
import {
  type CriticLabels,
  type CriticSample,
  type CriticSampleOptions,
  toCriticSamples,
} from './to-critic-samples.js';

/** One line for a trainer of token classification, with nothing but the ids. */
export interface CriticTokenLine extends CriticTokens {
  readonly trajectory_id: string;
  readonly group_id: string;
  readonly task_id: string;
  readonly passed: boolean;
}

export interface CriticExportOptions extends CriticSampleOptions {
  /** `samples`: conversations, see CriticSample; `tokens`: sequences of ids, see CriticTokenLine. Default `samples`. */
  readonly form?: 'samples' | 'tokens' | undefined;
}

export interface CriticExport {
  /** Values to write as JSON, one a line. */
  readonly lines: readonly (CriticSample | CriticTokenLine)[];
  /** How many trajectories were left out, by reason. */
  readonly skipped: ReadonlyMap<string, number>;
}

/**
 * The trajectories of a run as training set of a critic, in order; those without a known outcome are left out and
 * counted. `labels`: `tdLabels` of the reward package, say. Throws as `toCriticSamples` does.
 */
export function exportCriticLines(
  records: readonly TrajectoryRecord[],
  labels: CriticLabels,
  options: CriticExportOptions = {},
): CriticExport {
  const skipped = new Map<string, number>();
  const lines = records.flatMap((record): readonly (CriticSample | CriticTokenLine)[] => {
    const samples = toCriticSamples(record, labels, options);
    const made: readonly (CriticSample | CriticTokenLine)[] =
      options.form === 'tokens' ? samples.flatMap(toTokenLines) : samples;
    if (made.length === 0) {
      const reason = samples.length > 0 ? 'It holds no token ids.' : reasonOf(record);
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    }
    return made;
  });
  return { lines, skipped };
}

function toTokenLines({ tokens, trajectory_id, group_id, task_id, passed }: CriticSample): CriticTokenLine[] {
  return tokens.map((sequence) => ({ trajectory_id, group_id, task_id, passed, ...sequence }));
}

function reasonOf(record: TrajectoryRecord): string {
  if (isInfrastructureEnd(record)) return 'The infrastructure failed.';
  if (record.reward_status === 'pending') return 'Its reward is still pending.';
  if (record.reward_status === 'unscorable') return record.unscorable_reason ?? 'It has no reward.';
  if (record.turns.length === 0) return 'It has no turn.';
  if (hasPassed(record) !== undefined && record.role === 'solver') return 'It was given no labels.';
  return record.role === 'injector'
    ? 'It is of the injector, whose actions no tests judge.'
    : 'Its outcome is not known.';
}
