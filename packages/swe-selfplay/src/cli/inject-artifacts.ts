import { join } from 'node:path';
import type { Trajectory } from '@swe-selfplay/adapter';
import { type BugArtifact, type Environment, writeArtifactFolder } from '@swe-selfplay/artifact';
import {
  type InjectBugsOptions,
  type InjectionTally,
  injectBugs,
  type SeedOutcome,
  type ValidateOptions,
  type ValidationReport,
  validateArtifact,
} from '@swe-selfplay/injector';
import { injectorReward } from '@swe-selfplay/reward';
import { createTask } from '@swe-selfplay/solver';
import { describeBug } from '../describe-bug.js';
import { printable } from '../printable.js';
import { environmentKey } from '../round-setup.js';
import type { KeptTrajectories } from './kept-trajectories.js';
import type { Terminal } from './terminal.js';

/** A valid artifact that was written. */
export interface WrittenArtifact {
  readonly path: string;
  readonly id: string;
  readonly seed: number;
  readonly description: string;
  readonly failToPass: readonly string[];
}

export interface InjectionResult extends InjectionTally {
  readonly artifacts: readonly WrittenArtifact[];
}

export interface InjectionRequest extends Omit<InjectBugsOptions<ValidationReport>, 'validate'> {
  readonly rules: ValidateOptions['rules'];
  readonly checks: ValidateOptions['checks'];
  /** Each artifact becomes a folder in this one, named by strategy and seed, as soon as it is valid. */
  readonly folder: string;
  readonly strategy: string;
  readonly trajectories: KeptTrajectories;
}

/** Injects bugs into an environment and writes the valid ones. */
export async function injectArtifacts(
  environment: Environment,
  { folder, rules, checks, strategy, trajectories, ...options }: InjectionRequest,
  terminal: Terminal,
): Promise<InjectionResult> {
  const { runner, signal } = options;
  const validate = (artifact: Parameters<typeof validateArtifact>[0]) =>
    validateArtifact(artifact, environment, { runner, rules, checks, signal });
  const artifacts: WrittenArtifact[] = [];
  let tally: InjectionTally = { tried: 0, valid: 0, discarded: {} };
  terminal.status(`seed ${options.seed}`);
  const episodeOptions = (seed: number) => ({
    onTrajectory: (trajectory: Trajectory) => trajectories.hear(seed, trajectory),
  });
  for await (const outcome of injectBugs(environment, { ...options, validate, episodeOptions })) {
    tally = outcome.tally;
    await settle(trajectories, environment, outcome);
    if (outcome.status === 'valid') {
      const { artifact, report, seed } = outcome;
      const path = join(folder, `${strategy}-${seed}`);
      await writeArtifactFolder(path, artifact);
      const description = describeBug(artifact);
      artifacts.push({ path, id: artifact.id, seed, description, failToPass: report.failToPass });
      terminal.say(`seed ${seed}: valid: ${printable(description)}`);
    } else {
      terminal.say(`seed ${outcome.seed}: ${outcome.status}: ${printable(outcome.reason)}`);
    }
    terminal.status(`seed ${outcome.seed + 1}`);
  }
  return { ...tally, artifacts };
}

/** What is no bug has earned its reward; of a bug that hangs on attempts that nobody has made yet. */
async function settle(
  trajectories: KeptTrajectories,
  environment: Environment,
  outcome: SeedOutcome<ValidationReport>,
): Promise<void> {
  const { seed, status } = outcome;
  const group = `${environmentKey(environment)}/${seed}`;
  const place = { group_id: group, task_id: group, attempt: 1, order: null, parent_ids: [], seed } as const;
  const isBug = status === 'valid' || status === 'duplicate';
  const bugId = isBug ? await bugIdOf(environment, outcome.artifact) : null;
  const reason = 'reason' in outcome ? outcome.reason : '';
  trajectories.settle(
    seed,
    { ...place, role: 'injector' },
    { role: 'injector', status: isBug ? 'valid' : status === 'infra' ? 'infra' : 'invalid', bugId, reason },
    isBug ? undefined : injectorReward({ valid: false }),
  );
}

/** The id that `solve` and `play` give the bug: what its attempts are grouped by. */
async function bugIdOf({ original }: Environment, artifact: BugArtifact | undefined): Promise<string | null> {
  if (artifact === undefined) return null;
  return (await createTask({ original, artifact, failToPass: [], passToPass: [] })).id;
}
