import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chatIds, poolingReply } from '../../test-support/critic-replies.js';
import { turnScoresOf } from './turn-scores.js';

const QWEN = { imEndId: 151_645, assistantOpenIds: [151_644, 77_091] };

test.each<[string, number[], (number | undefined)[]]>([
  ['nothing', [], []],
  ['no turn of the assistant', [151_644, 872, 5, 151_645], []],
  ['one turn', [151_644, 77_091, 5, 151_645], [3]],
  ['ends of others', [151_645, 151_644, 77_091, 151_645, 151_645], [3]],
  ['the word alone', [77_091, 5, 151_645], []],
  ['half of the opening at the end', [151_644], []],
  ['an empty turn', [151_644, 77_091, 151_645, 151_644, 77_091, 151_645], [2, 5]],
  ['a turn that is not ended', [151_644, 77_091, 5], [undefined]],
  ['a turn that another one opens in', [151_644, 77_091, 151_644, 77_091, 151_645], [undefined, 4]],
])('%s', (_, ids, scores) => {
  const places = ids.map((_, place) => place);
  expect(turnScoresOf(ids, places, QWEN)).toEqual(scores);
});

const message = fc.record({
  role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const),
  content: fc.string({ maxLength: 5 }),
});

test('each turn of a conversation has the reward at its end', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
      const { data, prompt_token_ids: ids } = poolingReply(messages, (_, turn) => turn / 8);
      expect(ids).toEqual(chatIds(messages));
      const turns = messages.filter(({ role }) => role === 'assistant');
      expect(turnScoresOf(ids, data as number[], QWEN)).toEqual(turns.map((_, turn) => turn / 8));
    }),
  );
});
