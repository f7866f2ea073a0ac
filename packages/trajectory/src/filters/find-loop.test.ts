import { expect, test } from 'vitest';
import { aCall, aTrajectory, aTurn } from '../../test-support/a-trajectory.js';
import { maskReason } from '../mask-reason.js';
import type { TrajectoryRecord, TurnRecord } from '../trajectory-record.js';
import { findLoop, isStuckInLoop, type LoopOptions } from './find-loop.js';

/** A command and its reply, `!` before it where it is refused; or what was only said. */
type Step = readonly [command: string, reply: string] | string;

function anEpisode(steps: readonly Step[]): TrajectoryRecord {
  const replies = steps.map((step, place): TurnRecord['messages_delta'] =>
    typeof step === 'string'
      ? [{ role: 'user', content: 'Call a tool.' }]
      : [{ role: 'tool', tool_call_id: `call-${place}`, content: step[1] }],
  );
  return aTrajectory({
    turns: steps.map((step, index) =>
      aTurn({
        index,
        messages_delta: index === 0 ? [{ role: 'user', content: 'Fix it.' }] : replies[index - 1]!,
        response:
          typeof step === 'string'
            ? { role: 'assistant', content: step }
            : aCall(`call-${index}`, 'bash', { command: step[0] }),
        ...(typeof step === 'string' && { format_error: 'no-call' }),
      }),
    ),
    messages_tail: replies.at(-1) ?? [],
    tool_events: steps.flatMap((step, turn) =>
      typeof step === 'string'
        ? []
        : {
            turn,
            call_id: `call-${turn}`,
            tool: 'bash',
            status: step[0].startsWith('!') ? 'refused' : 'replied',
            ms: 1,
          },
    ),
  });
}

function times<Value>(count: number, ...values: readonly Value[]): Value[] {
  return Array.from({ length: count }, () => values).flat();
}

const LS: Step = ['ls', 'README'];
const CAT: Step = ['cat README', 'text'];

test.each<[string, Step[], ReturnType<typeof findLoop>]>([
  ['one action with one reply four times', times(4, LS), { kind: 'same-reply', turn: 3 }],
  ['three times only', times(3, LS), undefined],
  ['with another action between', [LS, LS, CAT, LS, LS], undefined],
  ['replies that differ', [...times(3, LS), ['ls', 'README setup.py']], undefined],
  [
    'replies that differ in numbers',
    ['1.25', '2', '17', '3'].map((n) => ['ls', `${n} s left`]),
    { kind: 'same-reply', turn: 3 },
  ],
  [
    'one refused call three times, whatever the reply',
    [CAT, ['!x', 'a'], ['!x', 'b'], ['!x', 'c']],
    { kind: 'refused', turn: 3 },
  ],
  [
    'different refused calls',
    [
      ['!x', 'a'],
      ['!y', 'a'],
      ['!x', 'a'],
    ],
    undefined,
  ],
  ['the same talk three times', [LS, ...times(3, 'Done.')], { kind: 'talk', turn: 3 }],
  ['nothing said three times', ['', ' ', '\n'], { kind: 'talk', turn: 2 }],
  ['talk that differs', ['One.', 'Two.', 'Three.'], undefined],
  ['talk with work between', ['Done.', LS, 'Done.', LS, 'Done.'], undefined],
  ['two actions in turn for six steps', [CAT, ...times(3, LS, CAT)], { kind: 'alternating', turn: 5 }],
  ['two actions in turn for five', times(3, LS, CAT).slice(0, 5), undefined],
  ['no turn', [], undefined],
])('%s', (_, steps, found) => {
  expect(findLoop(anEpisode(steps))).toEqual(found);
  expect(isStuckInLoop(anEpisode(steps))).toBe(found !== undefined);
});

test('the last reply, which no request carried, counts', () => {
  const record = anEpisode(times(4, LS));
  expect(isStuckInLoop({ ...record, messages_tail: [{ role: 'tool', content: 'other' }] })).toBe(false);
  expect(isStuckInLoop({ ...record, messages_tail: [] })).toBe(false);
});

test('replies are found where each request is made anew', () => {
  const record = anEpisode(times(4, LS));
  const before = [
    { role: 'user', content: 'Fix it.' },
    { role: 'assistant', content: 'Shortened.' },
  ];
  const turns = record.turns.map((turn, place) => ({
    ...turn,
    messages_delta: [...(place > 0 ? before : []), ...turn.messages_delta],
    ...(place > 0 && { restarts_messages: true as const }),
  }));
  expect(findLoop({ ...record, turns })).toEqual({ kind: 'same-reply', turn: 3 });
});

test('a loop that was left again is none at the end', () => {
  const record = anEpisode([...times(4, LS), CAT]);
  expect(isStuckInLoop(record)).toBe(true);
  expect(isStuckInLoop(record, { when: 'at-end' })).toBe(false);
  expect(findLoop(anEpisode([CAT, ...times(5, LS)]), { when: 'at-end' })).toEqual({ kind: 'same-reply', turn: 5 });
});

test('lengths and what is compared are options', () => {
  expect(findLoop(anEpisode(times(2, LS)), { sameReplySteps: 2 })).toEqual({ kind: 'same-reply', turn: 1 });
  expect(isStuckInLoop(anEpisode(times(4, LS)), { sameReplySteps: 5 })).toBe(false);
  const timed = anEpisode([1, 2, 3, 4].map((n) => ['ls', `${n} s`]));
  expect(isStuckInLoop(timed, { readReply: (reply) => reply })).toBe(false);
});

test.each<LoopOptions>([
  { sameReplySteps: 1 },
  { refusedSteps: Number.NaN },
  { talkSteps: 2.5 },
  { alternatingSteps: 0 },
])('refuses %j', (options) => {
  expect(() => findLoop(anEpisode([]), options)).toThrow(
    expect.objectContaining({ name: 'TrajectoryError', code: 'invalid-option' }),
  );
});

test('what went round in circles is masked where asked, and stays in the baseline', () => {
  const record = anEpisode(times(4, LS));
  expect(maskReason(record).status).toBe('train');
  expect(maskReason(record, { stuckInLoop: false }).status).toBe('train');
  expect(maskReason(record, { stopReasons: 'skyrl', stuckInLoop: true })).toEqual({
    status: 'mask',
    reason: 'stuck-in-loop',
    isAgeUnknown: false,
  });
  expect(maskReason(record, { stuckInLoop: { sameReplySteps: 5 } }).status).toBe('train');
  const late = { ...record, stop_reason: 'turn-limit' as const };
  expect(maskReason(late, { stopReasons: 'skyrl', stuckInLoop: true })).toMatchObject({ reason: 'stop-reason' });
  expect(maskReason({ ...record, stop_reason: 'sandbox-failed' }, { stuckInLoop: true }).status).toBe('drop');
});
