import { expect, test } from 'vitest';
import { aCall, aSecondTurn, aTrajectory, aTurn } from '../../test-support/a-trajectory.js';
import { toChatJsonl } from '../exporters/to-chat-jsonl.js';
import { toTrainingSequences } from '../to-training-sequences.js';
import type { TrajectoryRecord } from '../trajectory-record.js';
import { filterForRft, filterTrajectories } from './filter-trajectories.js';
import { hasPassed } from './has-passed.js';
import { leaveOutReason, TRAJECTORY_RULES } from './leave-out-reason.js';

const FAULTY_TURN = aTurn({ response: { role: 'assistant', content: 'Hm.' }, format_error: 'no-call' });
/** Passed, with one fault in each way of using tools. */
const SLOPPY = aTrajectory({
  turns: [FAULTY_TURN, aSecondTurn()],
  tool_events: [
    { turn: 1, call_id: 'call-1', tool: 'subnit', status: 'refused', ms: 1 },
    { turn: 1, call_id: 'call-2', tool: 'bash', status: 'replied', ms: 1 },
  ],
  stop_reason: 'turn-limit',
});

function repeating(count: number): TrajectoryRecord {
  return aTrajectory({
    turns: Array.from({ length: count }, (_, index) =>
      aTurn({ index, response: aCall(`call-${index}`, 'bash', { command: 'ls' }), messages_delta: [] }),
    ),
    tool_events: Array.from({ length: count }, (_, turn) => {
      return { turn, call_id: `call-${turn}`, tool: 'bash', status: 'replied', ms: 1 };
    }),
  });
}

test('a clean trajectory that passed keeps both sets of rules', () => {
  expect(leaveOutReason(aTrajectory(), 'light')).toBeUndefined();
  expect(leaveOutReason(aTrajectory(), 'strict')).toBeUndefined();
});

test.each<[string, Partial<TrajectoryRecord>]>([
  ['failed', { reward: -1, reward_components: { solved: 0 } }],
  ['failed', { reward: 0.5, reward_components: { solved: 0 } }],
  ['failed', { reward: -1, reward_components: {} }],
  ['unknown-outcome', { reward: null, reward_status: 'pending' }],
  ['unknown-outcome', { reward: null, reward_status: 'unscorable' }],
  ['unknown-outcome', { reward: Number.NaN }],
  ['unknown-outcome', { stop_reason: 'sandbox-failed' }],
  ['unknown-outcome', { stop_reason: 'policy-failed' }],
  ['nothing-to-learn', { turns: [] }],
  ['nothing-to-learn', { turns: [FAULTY_TURN], tool_events: [] }],
  ['nothing-to-learn', { turns: [FAULTY_TURN] }],
  ['nothing-to-learn', { turns: [aTurn({ loss_mask: [0, 0] })] }],
])('both sets leave out for %s', (reason, overrides) => {
  expect(leaveOutReason(aTrajectory(overrides), 'light')).toBe(reason);
  expect(leaveOutReason(aTrajectory(overrides), 'strict')).toBe(reason);
});

test.each([
  ['not-submitted', SLOPPY],
  ['format-errors', { ...SLOPPY, stop_reason: 'submitted' as const }],
  ['refused-calls', { ...SLOPPY, stop_reason: 'submitted' as const, turns: [aTurn(), aSecondTurn()] }],
  ['repeated-calls', repeating(2)],
  ['too-many-turns', repeating(101)],
])('only the strict rules leave out for %s', (reason, record) => {
  expect(leaveOutReason(record, 'light')).toBeUndefined();
  expect(leaveOutReason(record, 'strict')).toBe(reason);
});

test('each rule is an option', () => {
  const strict = TRAJECTORY_RULES.strict;
  expect(leaveOutReason(SLOPPY, { ...strict, isSubmitted: false, maxFormatErrors: 1, maxRefusedCalls: 1 })).toBe(
    undefined,
  );
  expect(leaveOutReason(aTrajectory(), { maxTurns: 1 })).toBe('too-many-turns');
  expect(leaveOutReason(aTrajectory(), { maxTurns: 2 })).toBeUndefined();
  expect(leaveOutReason(repeating(3), { maxRepeatedCalls: 3 })).toBeUndefined();
  expect(leaveOutReason(repeating(3), { maxRepeatedCalls: 2 })).toBe('repeated-calls');
  const told = repeating(4).turns.map((turn, index) => ({
    ...turn,
    messages_delta: [{ role: 'tool', tool_call_id: `call-${index - 1}`, content: 'README' }],
  }));
  const stuck = { ...repeating(4), turns: told, messages_tail: [{ role: 'tool', content: 'README' }] };
  expect(leaveOutReason(stuck, { isFreeOfLoops: true })).toBe('loop');
  expect(() => leaveOutReason(aTrajectory(), { maxTurns: -1 })).toThrow(/maxTurns/);
  expect(() => leaveOutReason(aTrajectory(), { maxRepeatedCalls: Number.NaN })).toThrow(/maxRepeatedCalls/);
  const pending = aTrajectory({ reward: null, reward_status: 'pending' });
  expect(() => leaveOutReason(pending, { maxFormatErrors: Number.NaN })).toThrow(/maxFormatErrors/);
});

test('tells how many are left out and why, and keeps the order', () => {
  const failed = aTrajectory({ reward: -1, reward_components: { solved: 0 } });
  const kept = ['a', 'b'].map((trajectory_id) => aTrajectory({ trajectory_id }));
  const filtered = filterTrajectories([failed, kept[0]!, SLOPPY, kept[1]!, failed], 'strict');
  expect(filtered.kept).toEqual(kept);
  expect([...filtered.leftOut]).toEqual([
    ['failed', 2],
    ['not-submitted', 1],
  ]);
});

test('rejection fine-tuning learns from all that passed but not from format errors', () => {
  const pending = aTrajectory({ reward: null, reward_status: 'pending' });
  const { kept, leftOut } = filterForRft([SLOPPY, pending]);
  expect([...leftOut]).toEqual([['unknown-outcome', 1]]);
  expect(kept[0]!.turns.map(({ loss_mask }) => loss_mask)).toEqual([[0, 0], undefined]);
  const [sequence] = toTrainingSequences(kept[0]!);
  expect(sequence!.token_ids).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(sequence!.loss_mask).toEqual([0, 0, 0, 0, 0, 0, 1]);
  const roles = toChatJsonl(kept[0]!)[0]!.messages.map(({ role, weight }) => [role, weight]);
  expect(roles).toEqual([
    ['user', undefined],
    ['assistant', 0],
    ['tool', undefined],
    ['assistant', undefined],
    ['tool', undefined],
  ]);
});

test('an injector passed where its bug was valid', () => {
  const injector = (valid: number, reward: number) =>
    aTrajectory({ role: 'injector', order: null, reward, reward_components: { valid, solve_rate: 1 } });
  expect(hasPassed(injector(1, -0.8))).toBe(true);
  expect(hasPassed(injector(0, -1))).toBe(false);
});
