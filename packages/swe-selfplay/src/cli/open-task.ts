import { type Environment, readArtifactFolder } from '@swe-selfplay/artifact';
import { validateArtifact } from '@swe-selfplay/injector';
import { createTask, type SolverTask } from '@swe-selfplay/solver';
import { outcomeOf } from '../describe-report.js';
import type { Session } from '../session.js';
import { UsageError } from './exit-code.js';
import { checksOf, type RuleFlags, rulesOf } from './rule-options.js';
import type { Terminal } from './terminal.js';

/** `infra`: broken infrastructure leaves open whether the artifact is valid. */
export type OpenedTask =
  | { readonly status: 'ready'; readonly task: SolverTask }
  | { readonly status: 'infra'; readonly reason: string };

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
  const { failToPass, passToPass, witnessed } = report;
  const { original } = environment;
  const task = await createTask({
    ...{ original, artifact: reading.artifact, failToPass, passToPass },
    ...(witnessed && { witnessed }),
  });
  return { status: 'ready', task };
}
