import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aFullTurn, aSecondTurn, aTrajectory, aTurn } from '../test-support/a-trajectory.js';
import { arbitraryTurns } from '../test-support/arbitrary-turns.js';
import { compactTurns } from './compact-turns.js';
import { toTrainingSequences } from './to-training-sequences.js';

test('turns that go on from one another are one sequence', () => {
  expect(toTrainingSequences(aTrajectory())).toEqual([
    {
      token_ids: [1, 2, 3, 4, 5, 6, 7],
      loss_mask: [0, 0, 1, 1, 0, 0, 1],
      logprobs: [0, 0, -0.5, -0.25, 0, 0, -1],
      prompt_length: 2,
      weight_versions: ['7'],
      turn_indices: [0, 1],
    },
  ]);
});

test('a prompt that differs from what was sampled begins a sequence of its own', () => {
  const turns = [aTurn(), aSecondTurn({ extends_turn: null, prompt_token_ids: [1, 2, 3, 9, 5] })];
  const sequences = toTrainingSequences({ turns });
  expect(sequences.map(({ token_ids, loss_mask }) => [token_ids, loss_mask])).toEqual([
    [
      [1, 2, 3, 4],
      [0, 0, 1, 1],
    ],
    [
      [1, 2, 3, 9, 5, 7],
      [0, 0, 0, 0, 0, 1],
    ],
  ]);
});

test('after a discarded branch the sampled ids of earlier turns are context', () => {
  const turns = compactTurns([aFullTurn(0, [1], [2]), aFullTurn(1, [1, 2, 3], [4]), aFullTurn(2, [1, 2, 9], [5])]);
  const sequences = toTrainingSequences({ turns });
  expect(sequences.map(({ token_ids, turn_indices }) => [token_ids, turn_indices])).toEqual([
    [
      [1, 2, 3, 4],
      [0, 1],
    ],
    [[1, 2, 9, 5], [2]],
  ]);
  expect(sequences[1]!.loss_mask).toEqual([0, 0, 0, 1]);
});

test('turns with a format error are context where asked', () => {
  const turns = [aTurn({ format_error: 'no-call' }), aSecondTurn()];
  expect(toTrainingSequences({ turns })[0]!.loss_mask).toEqual([0, 0, 1, 1, 0, 0, 1]);
  const [masked] = toTrainingSequences({ turns }, { maskFormatErrors: true });
  expect(masked).toMatchObject({ loss_mask: [0, 0, 0, 0, 0, 0, 1], logprobs: [0, 0, 0, 0, 0, 0, -1] });
});

test('a reply that was cut off stays in', () => {
  const [sequence] = toTrainingSequences({ turns: [aTurn({ finish_reason: 'length' })] });
  expect(sequence!.loss_mask).toEqual([0, 0, 1, 1]);
});

test('without log-probabilities a sequence has none', () => {
  expect(toTrainingSequences({ turns: [aTurn({ completion_logprobs: null })] })[0]!.logprobs).toBeNull();
});

test('weights that changed in between are all told', () => {
  const turns = [
    aTurn({ weight_version_end: '8' }),
    aSecondTurn({ weight_version_start: null, weight_version_end: '9' }),
  ];
  expect(toTrainingSequences({ turns })[0]!.weight_versions).toEqual(['7', '8', '9']);
});

test('turns without ids make no sequence', () => {
  const turns = [aTurn({ prompt_token_ids: null })];
  expect(() => toTrainingSequences({ turns })).toThrow(expect.objectContaining({ code: 'no-tokens' }));
});

test('each sampled id is in just one sequence, at its own prompt, and a fork is where a prompt is no continuation', () => {
  fc.assert(
    fc.property(arbitraryTurns, (played) => {
      const full = played
        .filter((turn) => turn.prompt_token_ids && turn.completion_token_ids)
        .map((turn, index) => ({ ...turn, index }));
      const sequences = toTrainingSequences({ turns: compactTurns(full) });
      expect(sequences.flatMap((sequence) => sequence.turn_indices)).toEqual(full.map((turn) => turn.index));
      for (const { token_ids, loss_mask, logprobs, turn_indices, prompt_length } of sequences) {
        const last = full[turn_indices.at(-1)!]!;
        expect(token_ids).toEqual([...last.prompt_token_ids!, ...last.completion_token_ids!]);
        const mask = token_ids.map(() => 0);
        const expectedLogprobs = token_ids.map(() => 0);
        for (const index of turn_indices) {
          const turn = full[index]!;
          const start = turn.prompt_token_ids!.length;
          for (const [place, logprob] of turn.completion_logprobs!.entries()) {
            mask[start + place] = turn.loss_mask![start + place]!;
            expectedLogprobs[start + place] = mask[start + place] === 1 ? logprob : 0;
          }
        }
        expect(loss_mask).toEqual(mask);
        expect(logprobs).toEqual(expectedLogprobs);
        expect(prompt_length).toBe(full[turn_indices[0]!]!.prompt_token_ids!.length);
      }
      for (const [place, sequence] of sequences.entries()) {
        const next = sequences[place + 1];
        if (!next) continue;
        const prompt = full[next.turn_indices[0]!]!.prompt_token_ids!;
        expect(prompt.slice(0, sequence.token_ids.length)).not.toEqual(sequence.token_ids);
      }
    }),
    { numRuns: 500 },
  );
});
