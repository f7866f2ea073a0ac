import type { CheckVerdict } from '@swe-selfplay/injector';
import { outcomeOf } from './describe-report.js';
import type { PlayEvent, PlayListener } from './play-event.js';
import { counted, printable, seconds } from './printable.js';
import type { AttemptKey, AttemptRecord, GroupResult, RoundEndRecord, RoundKey, TaskRecord } from './run-record.js';

/** Where progress is shown. */
export interface ProgressLines {
  say(line: string): void;
  /** What is under way: one line that is rewritten; may do nothing. */
  status(text: string): void;
}

const LABEL_WIDTH = 9;

/** Tells a person what happens while a run is played: a line for each thing that ended, a status between them. */
export function createProgress(lines: ProgressLines): PlayListener {
  let lastHeading = '';
  // What a solver says of an attempt is shown with its grading.
  const attempts = new Map<string, AttemptRecord>();
  const say = (key: RoundKey, label: string, text: string) => {
    const heading = headingOf(key);
    if (heading !== lastHeading) lines.say(`\n${heading}`);
    lastHeading = heading;
    lines.say(`  ${label.padEnd(LABEL_WIDTH)}  ${printable(text)}`);
  };
  return (event) => {
    switch (event.type) {
      case 'run-start':
        return lines.say(`${event.isResumed ? 'Going on with the run' : 'Playing'} in ${event.folder}`);
      case 'run-repair':
        return lines.say(`Cut ${counted(event.cutBytes, 'byte')} of an unfinished last line off ${event.file}`);
      case 'injection-end': {
        const { candidate, status, reason, ms } = event.record;
        const text = status === 'submitted' ? reason : `${status}: ${reason}`;
        return say(event.record, 'inject', `${candidate}. ${text} (${seconds(ms)})`);
      }
      case 'validation-end': {
        const { record } = event;
        const runs = `${counted(record.runs.executed, 'new run')}, ${seconds(record.ms)}`;
        say(record, 'validate', `${record.status}: ${outcomeOf(record)} (${runs})`);
        for (const row of checkRows(record.checks)) say(record, '', row);
        return;
      }
      case 'task-end': {
        const text = describeTask(event.record);
        return text === '' ? undefined : say(event.record, 'task', text);
      }
      case 'attempt-end':
        attempts.set(attemptName(event.record), event.record);
        return event.record.status === 'infra'
          ? say(event.record, 'attempt', describeAttempt(event.record))
          : undefined;
      case 'evaluation-end': {
        const attempt = attempts.get(attemptName(event.record));
        const said = attempt === undefined ? '' : describeAttempt(attempt);
        const { record } = event;
        return say(record, labelOf(record), `${record.status.padEnd(8)}  ${said || record.reason}`);
      }
      case 'higher-order-task-end': {
        const { parent, status, reason } = event.record;
        const text = status === 'created' ? 'left a bug of order 2' : `left none: ${reason}`;
        return say(event.record, 'order 2', `attempt ${parent} ${text}`);
      }
      case 'round-end':
        return say(event.record, 'reward', describeRewards(event.record));
      case 'round-skip':
        return say(event.record, 'finished', describeRewards(event.record));
      case 'run-end':
        return lines.say(event.status === 'finished' ? '' : 'Interrupted; the same command goes on with it.');
      default:
        return lines.status(statusOf(event));
    }
  };
}

const CHECKS_IN_A_ROW = 5;

/** The checks that were reached, a few in a row. */
function checkRows(checks: readonly CheckVerdict[]): string[] {
  const marks = { passed: '✓', failed: '✗', error: '✗', skipped: '·' };
  const reached = checks.filter(({ status }) => status !== 'skipped').map(({ id, status }) => `${marks[status]} ${id}`);
  const rows: string[] = [];
  for (let index = 0; index < reached.length; index += CHECKS_IN_A_ROW) {
    rows.push(reached.slice(index, index + CHECKS_IN_A_ROW).join('  '));
  }
  return rows;
}

/** What one round came to. */
export function describeRewards({
  status,
  group,
  higherOrderGroups,
  injectorReward,
  candidates,
}: RoundEndRecord): string {
  const reward = injectorReward === null ? 'no reward' : signed(injectorReward);
  if (group === null) {
    const tried = counted(candidates, 'try').replace('trys', 'tries');
    return `no bug after ${tried}: injector ${reward}${status === 'infra' ? ' (infrastructure failed)' : ''}`;
  }
  const second = higherOrderGroups.map((higher) => `; of order 2 ${describeGroup(higher)}`).join('');
  const solved = group.solved > 0 ? ` +1 × ${group.solved}` : '';
  const failed = group.graded > group.solved ? ` −1 × ${group.graded - group.solved}` : '';
  const rate = group.solveRate === null ? '' : ` (solve rate ${Number(group.solveRate.toFixed(3))})`;
  const solver = group.graded > 0 ? `, solver${solved}${failed}` : '';
  return `${describeGroup(group)}${rate}: injector ${reward}${solver}${second}`;
}

export function describeGroup({ attempts, graded, solved, hiddenGap }: GroupResult): string {
  const ungraded = attempts > graded ? `, ${attempts - graded} not graded` : '';
  const overfit =
    hiddenGap === undefined
      ? ''
      : `, ${hiddenGap.privateFailed} of ${hiddenGap.publicPassed} that pass what is shown fail what is hidden`;
  return `${solved} of ${graded} solved${ungraded}${overfit}`;
}

/** With its sign, and no more digits than it has. */
export function signed(reward: number): string {
  const digits = Number(Math.abs(reward).toFixed(4)).toString();
  return `${reward < 0 ? '−' : '+'}${digits}`;
}

function headingOf({ environment, round }: RoundKey): string {
  return `${printable(environment)}  round ${round}`;
}

function attemptName({ environment, round, order, parent, attempt }: AttemptKey): string {
  return JSON.stringify([environment, round, order, parent, attempt]);
}

/** `attempt 3`, and `of 2: 3` for the third attempt at the bug that attempt 2 left. */
function labelOf({ parent, attempt }: AttemptKey): string {
  return parent === null ? `attempt ${attempt}` : `of ${parent}: ${attempt}`;
}

/** What the attempt did, as far as it says so itself. */
function describeAttempt({ status, reason, notes, ms }: AttemptRecord): string {
  if (status !== 'submitted') return `${status}: ${reason} (${seconds(ms)})`;
  const repairs = Array.isArray(notes.repairs) ? notes.repairs.map(String).join(', then ') : '';
  return repairs === '' ? '' : `${repairs} (${seconds(ms)})`;
}

function statusOf(event: PlayEvent): string {
  switch (event.type) {
    case 'injection-start':
      return `  injecting, try ${event.candidate}`;
    case 'validation-start':
      return '  validating';
    case 'check-end':
      return `  validating: ${event.verdict.id} ${event.verdict.status}`;
    case 'attempt-start':
      return `  solving: attempt ${event.attempt}${event.parent === null ? '' : ` at the bug that attempt ${event.parent} left`}`;
    default:
      return '';
  }
}

/** What is worth a line before the attempts begin; nothing where all is as usual. */
function describeTask({ status, reason, hidden, leaks }: TaskRecord): string {
  if (status !== 'ready') return `${status}: ${printable(reason)}`;
  const found = leaks?.filter(({ isLeak }) => isLeak) ?? [];
  const kept = found.filter(({ scrubbing }) => scrubbing === 'none');
  const parts = [
    ...(hidden === null ? [] : [`${hidden.private} of ${hidden.public + hidden.private} failing tests hidden`]),
    ...(found.length === 0 ? [] : [`${counted(found.length, 'leak')}, ${kept.length} of them part of the code`]),
    ...found.slice(0, 3).map(({ path }) => printable(path)),
  ];
  return parts.join('; ');
}
