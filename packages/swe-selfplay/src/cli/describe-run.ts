import type { PlayResult } from '../play.js';
import { counted, table } from '../printable.js';
import { describeGroup, signed } from '../progress.js';
import type { RoundEndRecord } from '../run-record.js';

/** A run as a person reads it: a line for each round, then where the records are. */
export function describeRun({ rounds, status, recordsPath }: PlayResult): string {
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
  return [...result, `${status}: ${total}`, `records: ${recordsPath}`].join('\n');
}

/** The same for programs. */
export function runAsJson({ status, folder, recordsPath, rounds }: PlayResult): string {
  const plain = rounds.map(({ type: _, ...round }: RoundEndRecord) => round);
  return JSON.stringify({ status, folder, records: recordsPath, rounds: plain });
}
