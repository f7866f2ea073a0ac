import { type Environment, readArtifactFolder } from '@swe-selfplay/artifact';
import { validateArtifact } from '@swe-selfplay/injector';
import type { SolverTask } from '@swe-selfplay/solver';
import { outcomeOf } from '../describe-report.js';
import { prepareTask, type TaskDemands } from '../prepare-task.js';
import { printable } from '../printable.js';
import type { Session } from '../session.js';
import { UsageError } from './exit-code.js';
import { checksOf, type RuleFlags, rulesOf } from './rule-options.js';
import type { Terminal } from './terminal.js';

/** `infra`: broken infrastructure leaves open whether the artifact is valid. */
export type OpenedTask =
  | { readonly status: 'ready'; readonly task: SolverTask }
  | { readonly status: 'infra'; readonly reason: string };

/** For a task that nobody is to solve. */
const NOTHING_SPECIAL = { hiddenShare: 0, hiddenSeed: 0, onLeak: 'off' } as const;

/**
 * The task of an artifact, which is validated first: with a cache that costs nothing the second time.
 * Throws UsageError for an artifact that is not valid.
 */
export async function openTask(
  folder: string,
  environment: Environment,
  flags: RuleFlags,
  session: Session,
  terminal: Terminal,
  signal: AbortSignal,
  demands: Pick<TaskDemands, 'hiddenShare' | 'hiddenSeed' | 'onLeak' | 'leakSearch'> = NOTHING_SPECIAL,
): Promise<OpenedTask> {
  const reading = await readArtifactFolder(folder);
  const report = await validateArtifact(reading, environment, {
    runner: session.runner,
    rules: rulesOf(flags),
    checks: checksOf(flags),
    signal,
    onVerdict: ({ id, status }) => terminal.status(`${id}: ${status}`),
  });
  if (report.status === 'infra') return { status: 'infra', reason: `Not validated: ${outcomeOf(report)}` };
  if (report.status === 'invalid' || reading.status === 'malformed') {
    throw new UsageError(`Expected a valid artifact in ${folder}; ${outcomeOf(report)}`);
  }
  const preparation = await prepareTask(environment, reading.artifact, report, {
    ...{ provider: session.provider, signal, ...demands },
  });
  if (preparation.status === 'infra') return preparation;
  if (preparation.status === 'refused') throw new UsageError(preparation.reason);
  const { task, audit } = preparation;
  const remaining = audit?.status === 'scrubbed' ? [] : (audit?.findings ?? []);
  for (const { path, remedy } of remaining.filter(({ isLeak }) => isLeak))
    terminal.warn(`warning: the original can be read in ${printable(path)}: ${printable(remedy)}`);
  if (task.hidden?.status === 'not-split')
    terminal.warn(`warning: no test is hidden: ${printable(task.hidden.reason)}`);
  return { status: 'ready', task };
}
