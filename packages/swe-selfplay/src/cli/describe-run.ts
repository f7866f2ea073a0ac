import type { PlayResult } from '../play.js';
import { counted, table } from '../printable.js';
import { describeGroup, signed } from '../progress.js';
import { readRun } from '../run-folder.js';
import { isFinished, type RoundEndRecord } from '../run-record.js';
import { describeUsage, type RolePrices, type RoleUsage, usageOf } from './describe-usage.js';

/** A run as a person reads it: a line for each round, then where the records are. */
export function describeRun({ rounds, status, folder, recordsPath }: PlayResult, usage: readonly RoleUsage[]): string {
  const rows = rounds.map(({ environment, round, status: ending, candidates, group, injectorReward }) => [
    environment,
    round,
    ending,
    candidates,
    group === null ? '' : describeGroup(group),
    injectorReward === null ? '' : signed(injectorReward),
  ]);
  const heading = ['environment', 'round', 'outcome', 'tries', 'attempts', 'injector'];
  const bugs = rounds.filter(({ artifact }) => artifact !== null).length;
  const tries = rounds.reduce((sum, { candidates }) => sum + candidates, 0);
  const yieldPercent = tries === 0 ? 0 : Math.round((100 * bugs) / tries);
  const total = `${counted(rounds.length, 'round')}, ${counted(bugs, 'valid bug')} of ${tries} tried (yield ${yieldPercent} %)`;
  const result = rows.length === 0 ? [] : [table([heading, ...rows]), ''];
  const undone = rounds.filter((round) => !isFinished(round)).length;
  const advice =
    undone === 0 ? [] : [`broken infrastructure left ${counted(undone, 'round')} undone; the same command tries again`];
  return [...result, `${status}: ${total}`, ...advice, ...describeUsage(usage, folder), `records: ${recordsPath}`].join(
    '\n',
  );
}

/** What the conversations of a run came to, those of earlier processes included. */
export function usageOfRun(folder: string, prices: RolePrices): RoleUsage[] {
  const { records } = readRun(folder);
  const ofInjector = records.filter((record) => record.type === 'injection').map(({ conversation }) => conversation);
  const ofSolver = records.filter((record) => record.type === 'attempt').map(({ conversation }) => conversation);
  return [usageOf('injector', ofInjector, prices), usageOf('solver', ofSolver, prices)].filter(
    (usage) => usage !== undefined,
  );
}

/** The same for programs. */
export function runAsJson({ status, folder, recordsPath, rounds }: PlayResult, usage: readonly RoleUsage[]): string {
  const plain = rounds.map(({ type: _, ...round }: RoundEndRecord) => round);
  return JSON.stringify({ status, folder, records: recordsPath, rounds: plain, usage });
}
