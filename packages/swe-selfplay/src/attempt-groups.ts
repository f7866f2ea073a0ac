import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, loadArtifact } from '@swe-selfplay/artifact';
import type { SandboxProvider } from '@swe-selfplay/sandbox';
import { createHigherOrderTask, type SolverTask } from '@swe-selfplay/solver';
import { deriveSeed } from './derive-seed.js';
import { prepareTask } from './prepare-task.js';
import { environmentKey } from './round-setup.js';
import { RunError } from './run-error.js';
import { readRun } from './run-folder.js';
import type { AttemptRecord, EvaluationRecord, RecordOf, RunRecord, ValidationRecord } from './run-record.js';
import type { RunSettings } from './run-settings.js';

/** An attempt as a run recorded it. */
export interface RecordedAttempt {
  readonly attempt: number;
  /** The file of its patch in the run folder; null where it handed in none. */
  readonly patch: string | null;
  /** Empty where it handed in none. */
  readonly predPatch: Uint8Array;
  readonly isFinished: boolean;
  readonly status: EvaluationRecord['status'];
  /** Id of its trajectory; null for a solver without conversations. */
  readonly trajectory: string | null;
}

/** All attempts at one bug, and its task as it was handed out. */
export interface AttemptGroup {
  readonly environment: string;
  readonly round: number;
  readonly order: 1 | 2;
  /** The failed attempt that a bug of order 2 is made of. */
  readonly parent: number | null;
  readonly task: SolverTask;
  readonly attempts: readonly RecordedAttempt[];
}

export interface AttemptGroupsOptions {
  readonly provider: SandboxProvider;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The attempts of a run, by bug, with the tasks made again out of what the run holds and the repositories it was played
 * on. Bugs that nobody tried are left out; those of order 2 come after the one they are made of. Throws RunError
 * `not-a-run-folder`, `corrupt-record`, and `settings-differ` where a repository of the run is not among `environments`.
 */
export async function readAttemptGroups(
  folder: string,
  environments: readonly Environment[],
  options: AttemptGroupsOptions,
): Promise<AttemptGroup[]> {
  const { settings, records: stored } = readRun(folder);
  const records: readonly RunRecord[] = stored;
  const groups: AttemptGroup[] = [];
  for (const validation of records.filter(isOfType('validation'))) {
    if (validation.status !== 'valid') continue;
    const ofRound = records.filter(
      ({ environment, round }) => environment === validation.environment && round === validation.round,
    );
    const attempts = ofRound.filter(isOfType('attempt'));
    if (attempts.length === 0) continue;
    const environment = environmentOf(validation.environment, environments);
    const task = await remakeTask(folder, settings, environment, validation, options);
    const place = { environment: validation.environment, round: validation.round };
    const first = await readAttempts(folder, attempts, ofRound, null);
    groups.push({ ...place, order: 1, parent: null, task, attempts: first });
    for (const higher of ofRound.filter(isOfType('higher-order-task'))) {
      const parent = first.find(({ attempt }) => attempt === higher.parent);
      if (higher.status !== 'created' || parent?.patch == null) continue;
      const made = await createHigherOrderTask(task, parent.predPatch, { sourceAttempt: parent.patch });
      if (made.status !== 'created') continue;
      const tried = await readAttempts(folder, attempts, ofRound, higher.parent);
      if (tried.length > 0)
        groups.push({ ...place, order: 2, parent: higher.parent, task: made.task, attempts: tried });
    }
  }
  return groups;
}

function isOfType<Type extends RunRecord['type']>(type: Type) {
  return (record: RunRecord): record is RecordOf<Type> => record.type === type;
}

/** By what the code is: a clone in another folder is the same. */
function environmentOf(key: string, environments: readonly Environment[]): Environment {
  const digestOf = (of: string) => of.slice(of.lastIndexOf('@'));
  const found = environments.find((environment) => digestOf(environmentKey(environment)) === digestOf(key));
  if (found !== undefined) return found;
  const given = environments.map(environmentKey).join(', ') || 'none';
  throw new RunError('settings-differ', `Expected the repository of the run, ${key}, among those given; got ${given}.`);
}

/** What is hidden is decided by the seed of the round; leaks were looked for when it was played. */
async function remakeTask(
  folder: string,
  settings: RunSettings,
  environment: Environment,
  validation: ValidationRecord,
  { provider, signal }: AttemptGroupsOptions,
): Promise<SolverTask> {
  const artifact = await loadArtifact(join(folder, validation.artifact));
  const { hiddenShare } = settings;
  const hiddenSeed = deriveSeed(deriveSeed(settings.seed, environment.digest, validation.round), 'hidden');
  const demands = { provider, hiddenShare, hiddenSeed, onLeak: 'off', signal } as const;
  return (await prepareTask(environment, artifact, validation, demands)).task;
}

async function readAttempts(
  folder: string,
  attempts: readonly AttemptRecord[],
  records: readonly RunRecord[],
  parent: number | null,
): Promise<RecordedAttempt[]> {
  const evaluations = records.filter(isOfType('evaluation')).filter((record) => record.parent === parent);
  const ofBug = attempts.filter((record) => record.parent === parent);
  return Promise.all(
    ofBug
      .toSorted((a, b) => a.attempt - b.attempt)
      .map(async ({ attempt, patch, status, conversation }) => ({
        attempt,
        patch,
        predPatch: patch === null ? new Uint8Array() : await readPatch(join(folder, patch)),
        isFinished: status === 'submitted',
        // An attempt that was not graded, or not yet, tells nothing.
        status: evaluations.find((evaluation) => evaluation.attempt === attempt)?.status ?? 'infra',
        trajectory: conversation?.trajectory ?? null,
      })),
  );
}

async function readPatch(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new RunError('corrupt-record', `Expected the patch ${file}, which a record names.`, { cause });
  }
}
