import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aFullTurn, aSecondTurn, aTrajectory, aTurn } from '../test-support/a-trajectory.js';
import type { FullTurn } from './full-turn.js';
import type { TrainingSequence } from './to-training-sequences.js';
import type { TrajectoryRecord, TurnRecord } from './trajectory-record.js';
import { validateSequence } from './validate-sequence.js';
import { validateTrajectory } from './validate-trajectory.js';
import { validateTurn } from './validate-turn.js';

const named = (record: TrajectoryRecord) => validateTrajectory(record).map(({ level, name }) => `${level} ${name}`);

test('a well captured episode has no findings', () => {
  expect(validateTrajectory(aTrajectory())).toEqual([]);
});

test.each<[string, Partial<TurnRecord>, string[]]>([
  ['a token id below zero', { completion_token_ids: [3, -4] }, ['FATAL invalid_token_id']],
  ['a token id that is not whole', { prompt_token_ids: [1, 2.5] }, ['FATAL invalid_token_id']],
  ['a log-probability of minus infinity', { completion_logprobs: [-1, -Infinity] }, ['FATAL invalid_logprob']],
  ['a log-probability that is not a number', { completion_logprobs: [-1, Number.NaN] }, ['FATAL invalid_logprob']],
  ['a positive log-probability', { completion_logprobs: [-1, 0.1] }, ['FATAL positive_logprob']],
  ['no prompt ids', { prompt_token_ids: null }, ['FATAL no_prompt_ids']],
  ['an empty prompt', { prompt_token_ids: [] }, ['FATAL no_prompt_ids']],
  ['no log-probabilities', { completion_logprobs: null }, ['FATAL no_logprobs']],
  ['a log-probability too few', { completion_logprobs: [-1] }, ['FATAL logprob_misalign']],
  ['a mask too short', { loss_mask: [1] }, ['FATAL length_mismatch']],
  ['a mask of twos', { loss_mask: [1, 2 as 1] }, ['FATAL invalid_loss_mask']],
  ['a reply that was cut off', { finish_reason: 'length' }, ['WARN truncated_turn']],
  ['a mask without a one', { loss_mask: [0, 0] }, ['FATAL nothing_trainable']],
  ['a certain token', { completion_logprobs: [0, -1] }, ['INFO certain_tokens']],
])('a turn with %s is found', (_, fault, expected) => {
  expect(named(aTrajectory({ turns: [aTurn(fault)], stop_reason: 'turn-limit' }))).toEqual(expected);
});

test('a finding names its turn', () => {
  const turns = [aTurn(), aSecondTurn({ completion_logprobs: null })];
  expect(validateTrajectory(aTrajectory({ turns }))).toEqual([
    { level: 'FATAL', name: 'no_logprobs', turn: 1, message: 'Turn 1: ids were sampled without log-probabilities.' },
  ]);
});

test('a wrong id is found once, in the turn that brought it', () => {
  const turns = [aTurn({ completion_token_ids: [3, -4] }), aSecondTurn()];
  const findings = validateTrajectory(aTrajectory({ turns }));
  expect(findings.map(({ name, turn }) => [name, turn])).toEqual([['invalid_token_id', 0]]);
});

test('a prompt that adds nothing to what was sampled is a prompt', () => {
  expect(named(aTrajectory({ turns: [aTurn(), aSecondTurn({ prompt_token_ids: [] })] }))).toEqual([]);
});

test('turns that do not fit together are refused', () => {
  const turns = [aTurn(), aSecondTurn({ extends_turn: 1 })];
  expect(() => validateTrajectory(aTrajectory({ turns }))).toThrow(expect.objectContaining({ code: 'invalid-turns' }));
});

test('a turn that sampled nothing is warned of, and its sequence is not to be trained on', () => {
  const turns = [aTurn({ completion_token_ids: [], completion_logprobs: [] })];
  expect(named(aTrajectory({ turns, stop_reason: 'timed-out' }))).toEqual([
    'WARN no_sampled_ids',
    'FATAL empty_response',
    'FATAL nothing_trainable',
  ]);
});

test('a mask that reaches into the prompt is found', () => {
  const turn: FullTurn = { ...aFullTurn(0, [1, 2], [3]), loss_mask: [0, 1, 1] };
  expect(validateTurn(turn).map(({ name }) => name)).toEqual(['trainable_prompt']);
});

test.each<[string, Partial<TrainingSequence>, string[]]>([
  ['a log-probability in context', { logprobs: [-1, -1] }, ['masked_has_logprob']],
  ['a positive log-probability', { logprobs: [0, 1] }, ['positive_logprob']],
  ['a mask too long', { loss_mask: [0, 1, 1] }, ['length_mismatch']],
  ['log-probabilities too few', { logprobs: [0] }, ['length_mismatch']],
  ['nothing after the prompt', { prompt_length: 2 }, ['empty_response']],
])('a sequence with %s is found', (_, fault, expected) => {
  const sound: TrainingSequence = {
    token_ids: [1, 2],
    loss_mask: [0, 1],
    logprobs: [0, -1],
    prompt_length: 1,
    weight_versions: [],
    turn_indices: [0],
  };
  expect(validateSequence(sound, 0)).toEqual([]);
  expect(validateSequence({ ...sound, ...fault }, 0).map(({ name }) => name)).toEqual(expected);
});

test('an episode without turns is found', () => {
  expect(named(aTrajectory({ turns: [] }))).toEqual(['FATAL no_turns']);
  expect(named(aTrajectory({ turns: [], capture: 'text' }))).toEqual(['FATAL no_turns']);
});

test.each(['submitted', 'gave-up', 'policy-failed'] as const)(
  'one turn for a whole task, then %s, is degenerate',
  (stop_reason) => {
    expect(named(aTrajectory({ turns: [aTurn()], stop_reason }))).toEqual(['FATAL degenerate_rollout']);
  },
);

test.each(['turn-limit', 'timed-out', 'context-overflow', 'format-errors'] as const)(
  'one turn is explained by %s',
  (stop_reason) => {
    expect(named(aTrajectory({ turns: [aTurn()], stop_reason }))).toEqual([]);
  },
);

test('turns that go on from nothing are told apart from a conversation with a break', () => {
  const alone = (index: number) => aTurn({ index, prompt_token_ids: [9, index] });
  expect(named(aTrajectory({ turns: [alone(0), alone(1)] }))).toEqual(['WARN per_turn_capture_only']);
  expect(named(aTrajectory({ turns: [aTurn(), aSecondTurn(), alone(2)] }))).toEqual(['WARN multiple_roots']);
});

test('a prompt that was stored whole is no root where it goes on from an earlier turn', () => {
  const turns = [aTurn(), aSecondTurn({ extends_turn: null, prompt_token_ids: [1, 2, 3, 4, 5, 6] })];
  expect(named(aTrajectory({ turns }))).toEqual([]);
});

test.each(['eval', 'text'] as const)('what a capture of level %s cannot have is no fault', (capture) => {
  const blank = { prompt_token_ids: null, completion_token_ids: null, completion_logprobs: null, extends_turn: null };
  const turns = [aTurn(blank), aSecondTurn(blank)];
  expect(named(aTrajectory({ turns, capture }))).toEqual([]);
});

test('a reply that says nothing is found in a capture for evaluation', () => {
  const turns = [aTurn({ response: { role: 'assistant', content: ' ' }, finish_reason: 'length' }), aSecondTurn()];
  expect(named(aTrajectory({ turns, capture: 'eval' }))).toEqual(['WARN empty_completion', 'INFO truncated_turn']);
});

test('any change of the number of log-probabilities is fatal', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ max: 0, noNaN: true, noDefaultInfinity: true }), { maxLength: 5 }), (logprobs) => {
      const findings = validateTrajectory(
        aTrajectory({ turns: [aTurn({ completion_logprobs: logprobs }), aSecondTurn()] }),
      );
      const isMisaligned = findings.some(({ level, name }) => level === 'FATAL' && name === 'logprob_misalign');
      expect(isMisaligned).toBe(logprobs.length !== 2);
    }),
  );
});
