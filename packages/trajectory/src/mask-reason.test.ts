import { expect, test } from 'vitest';
import { aSecondTurn, aTrajectory, aTurn } from '../test-support/a-trajectory.js';
import { maskFormatErrors, maskLoss } from './mask-loss.js';
import { MASK_PRESETS, type MaskPreset } from './mask-presets.js';
import { maskReason } from './mask-reason.js';
import { toTrainingSequences } from './to-training-sequences.js';
import type { StopReason, TrajectoryRecord } from './trajectory-record.js';

test('a settled, well captured trajectory is trained on', () => {
  expect(maskReason(aTrajectory())).toEqual({ status: 'train', isAgeUnknown: false });
  expect(maskReason(aTrajectory({ reward: -1, stop_reason: 'gave-up' }))).toEqual({
    status: 'train',
    isAgeUnknown: false,
  });
  expect(maskReason(aTrajectory({ reward: 0 })).status).toBe('train');
});

test.each<[string, Partial<TrajectoryRecord>]>([
  ['reward-pending', { reward: null, reward_status: 'pending' }],
  ['unscorable', { reward: null, reward_status: 'unscorable' }],
  ['no-reward', { reward: null }],
  ['no-reward', { reward: Number.NaN }],
  ['infrastructure', { stop_reason: 'cancelled' }],
  ['infrastructure', { stop_reason: 'policy-failed', reward: -1 }],
  ['infrastructure', { stop_reason: 'sandbox-failed' }],
  ['eval-capture', { capture: 'eval' }],
  ['text-capture', { capture: 'text' }],
  ['not-trainable', { trainable: false }],
])('drops for %s', (reason, overrides) => {
  expect(maskReason(aTrajectory(overrides))).toEqual({ status: 'drop', reason });
});

const ENDS: StopReason[] = ['submitted', 'gave-up', 'turn-limit', 'timed-out', 'context-overflow', 'format-errors'];

test.each<[MaskPreset, StopReason[]]>([
  ['none', []],
  ['skyrl-paper', ['turn-limit', 'context-overflow']],
  ['skyrl', ['turn-limit', 'timed-out', 'context-overflow', 'format-errors']],
  ['deepswe', ['turn-limit', 'timed-out', 'context-overflow']],
])('preset %s masks %j and keeps them in the baseline', (stopReasons, masked) => {
  const uses = ENDS.map((stop_reason) => maskReason(aTrajectory({ stop_reason, reward: -1 }), { stopReasons }));
  expect(ENDS.filter((_, place) => uses[place]!.status === 'mask')).toEqual(masked);
  expect(uses.some(({ status }) => status === 'drop')).toBe(false);
});

test('no preset masks what the policy chose to end with', () => {
  for (const preset of Object.values(MASK_PRESETS)) {
    expect(preset).not.toContain('submitted');
    expect(preset).not.toContain('gave-up');
  }
});

test('a list of ends of one own is masked', () => {
  const record = aTrajectory({ stop_reason: 'gave-up' });
  expect(maskReason(record, { stopReasons: ['gave-up'] })).toMatchObject({ status: 'mask', reason: 'stop-reason' });
});

test('what is too old is dropped, even where it would be masked', () => {
  const record = aTrajectory({ stop_reason: 'turn-limit' });
  const options = { stopReasons: 'deepswe', staleness: { trainerStep: 16 } } as const;
  expect(maskReason(record, options)).toEqual({ status: 'drop', reason: 'stale' });
  expect(maskReason(record, { ...options, staleness: { trainerStep: 15 } }).status).toBe('mask');
});

test('a trajectory of unknown age is kept and said to be, or dropped where asked', () => {
  const record = aTrajectory({ turns: [aTurn({ weight_version_end: null })] });
  const staleness = { trainerStep: 7 };
  expect(maskReason(record, { staleness })).toEqual({ status: 'train', isAgeUnknown: true });
  expect(maskReason(record, { staleness, unknownAge: 'drop' })).toEqual({ status: 'drop', reason: 'unknown-age' });
});

test('an episode that ended before its first reply counts in the baseline', () => {
  const record = aTrajectory({ turns: [], stop_reason: 'context-overflow', reward: -1 });
  const use = maskReason(record, { staleness: { trainerStep: 7 }, unknownAge: 'drop' });
  expect(use).toEqual({ status: 'mask', reason: 'nothing-trainable', isAgeUnknown: false });
});

test('masking leaves nothing to learn from and everything else as it is', () => {
  const record = aTrajectory();
  const masked = maskLoss(record);
  expect(maskReason(masked)).toMatchObject({ status: 'mask', reason: 'nothing-trainable' });
  expect(toTrainingSequences(masked)[0]).toEqual({
    ...toTrainingSequences(record)[0],
    loss_mask: [0, 0, 0, 0, 0, 0, 0],
    logprobs: [0, 0, 0, 0, 0, 0, 0],
  });
  expect(record).toEqual(aTrajectory());
});

test('only turns with a format error are masked', () => {
  const record = aTrajectory({ turns: [aTurn({ format_error: 'unreadable' }), aSecondTurn()] });
  const masked = maskFormatErrors(record);
  expect(masked.turns.map(({ loss_mask }) => loss_mask)).toEqual([[0, 0], undefined]);
  expect(toTrainingSequences(masked)).toEqual(toTrainingSequences(record, { maskFormatErrors: true }));
  expect(record.turns[0]!.loss_mask).toBeUndefined();
});

test('without ids there is nothing to mask', () => {
  const record = aTrajectory({ turns: [aTurn({ completion_token_ids: null })], capture: 'text' });
  expect(maskLoss(record)).toEqual(record);
});
