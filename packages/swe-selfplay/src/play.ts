import type { Environment } from '@swe-selfplay/artifact';
import { PROFILES } from '@swe-selfplay/injector';
import { mapConcurrently } from '@swe-selfplay/methods';
import { createDispatcher } from './dispatcher.js';
import type { PlayListener } from './play-event.js';
import { playRound } from './play-round.js';
import { checkRoundOptions, environmentKey, type RoundOptions, type RoundParts } from './round-setup.js';
import { RunError } from './run-error.js';
import { openRunFolder, type RunFolder, type RunFolderOptions } from './run-folder.js';
import { isFinished, type RoundEndRecord, type RoundKey, recordKey } from './run-record.js';
import type { RunSettings } from './run-settings.js';

/** As of a round, but for what `play` sees to itself. */
export interface PlayOptions extends Omit<RoundOptions, 'round' | 'journal' | 'dispatcher'>, RunFolderOptions {
  /** Where the run is written. A run with the same settings that is there already is gone on with. */
  readonly folder: string;
  /** Rounds on each environment; default 1. */
  readonly rounds?: number | undefined;
}

export interface PlayResult {
  /** `interrupted`: the signal ended it; the same call goes on with it. */
  readonly status: 'finished' | 'interrupted';
  readonly folder: string;
  readonly recordsPath: string;
  /** The rounds that are over, by environment and number. */
  readonly rounds: readonly RoundEndRecord[];
}

/**
 * Plays rounds on environments and writes everything to a run folder as it is earned. Called again after an
 * interruption, however hard, it repeats nothing that was finished, and retries what broken infrastructure left undone.
 * Throws RunError (see `openRunFolder`); what was written before stays.
 */
export async function play(
  environments: readonly Environment[],
  parts: RoundParts,
  options: PlayOptions,
): Promise<PlayResult> {
  const { folder: path, onEvent = () => undefined } = options;
  const settings = runSettings(environments, parts, options);
  const folder = await openRunFolder(path, settings, options);
  try {
    onEvent({
      type: 'run-start',
      folder: path,
      rounds: environments.length * settings.rounds,
      isResumed: folder.recordsFound > 0,
    });
    if (folder.cutBytes > 0) onEvent({ type: 'run-repair', file: folder.recordsPath, cutBytes: folder.cutBytes });
    const status = await playAll(environments, parts, { ...options, onEvent }, settings, folder);
    onEvent({ type: 'run-end', status });
    const ends = roundKeys(environments, settings).map(({ key }) => roundEnd(folder, key));
    return { status, folder: path, recordsPath: folder.recordsPath, rounds: ends.filter((end) => end !== undefined) };
  } finally {
    folder.close();
  }
}

async function playAll(
  environments: readonly Environment[],
  parts: RoundParts,
  options: PlayOptions & { readonly onEvent: PlayListener },
  settings: RunSettings,
  folder: RunFolder,
): Promise<PlayResult['status']> {
  const failure = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failure.signal]) : failure.signal;
  const { jobs, concurrency } = checkRoundOptions(options);
  const dispatcher = createDispatcher({ prepare: 2 * jobs, run: concurrency, judge: 2 * jobs });
  // A group of attempts keeps that many places busy; only where there are more do rounds overlap.
  const roundsAtOnce = Math.max(1, Math.ceil(concurrency / settings.groupSize));
  try {
    await mapConcurrently(roundKeys(environments, settings), roundsAtOnce, async ({ environment, key }) => {
      const end = roundEnd(folder, key);
      if (end !== undefined && isFinished(end)) return options.onEvent({ type: 'round-skip', record: end });
      signal.throwIfAborted();
      try {
        await playRound(environment, parts, { ...options, dispatcher, round: key.round, journal: folder, signal });
      } catch (error) {
        failure.abort(error);
        throw error;
      }
    });
    return 'finished';
  } catch (error) {
    if (options.signal?.aborted && !(error instanceof RunError)) return 'interrupted';
    throw error;
  }
}

function runSettings(environments: readonly Environment[], parts: RoundParts, options: PlayOptions): RunSettings {
  const { round: _, jobs: __, concurrency: ___, rules, ...settings } = checkRoundOptions(options);
  const { rounds = 1 } = options;
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new RunError('invalid-options', `Expected rounds to be a whole number from 1 up, got ${String(rounds)}.`);
  }
  const keys = environments.map(environmentKey);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (keys.length === 0)
    throw new RunError('invalid-options', 'Expected at least one environment to play on, got none.');
  if (twice !== undefined)
    throw new RunError('invalid-options', `Expected different environments, got ${twice} twice.`);
  const names = { injector: parts.injector.name, solver: parts.solver.name };
  const { checks = PROFILES.default.checks, refusedFlags = PROFILES.default.refusedFlags } = options;
  const demands = { rules: { ...rules }, checks: checks.map(({ id }) => id), refusedFlags: [...refusedFlags].sort() };
  return { ...settings, ...names, ...demands, rounds, environments: keys };
}

/** Round by round over all environments, so that a run that is cut short has played on each of them. */
function roundKeys(
  environments: readonly Environment[],
  { rounds }: RunSettings,
): { readonly environment: Environment; readonly key: RoundKey }[] {
  const numbers = Array.from({ length: rounds }, (_, index) => index + 1);
  return numbers.flatMap((round) =>
    environments.map((environment) => ({ environment, key: { environment: environmentKey(environment), round } })),
  );
}

function roundEnd(folder: RunFolder, key: RoundKey): RoundEndRecord | undefined {
  return folder.find(recordKey({ ...key, type: 'round-end' })) as RoundEndRecord | undefined;
}
