import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitReasoning } from './reasoning.js';

test.each([
  ['<think>\nHm.\n</think>\n\nDone.', 'Hm.', 'Done.'],
  ['Hm.\n</think>\nDone.', 'Hm.', 'Done.'],
  ['<think>a\n</think>\nb\n</think>\nc', 'a\n</think>\nb', 'c'],
  ['<think>Hm.</think>Done.', 'Hm.', 'Done.'],
  ['<think>\nHm.\n</think>', 'Hm.', ''],
  ['<think>\nHm, and so', 'Hm, and so', ''],
  ['<think>\n\n</think>\n\nDone.', '', 'Done.'],
])('splits %j', (content, reasoning, text) => {
  expect(splitReasoning(content)).toEqual({ reasoning, text });
});

test.each(['Done.', '', 'The tag </think> ends reasoning.', 'x <think> y'])('finds no reasoning in %j', (content) => {
  expect(splitReasoning(content)).toEqual({ reasoning: undefined, text: content });
});

test('loses nothing but tags and the space around them', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '<think>', '</think>') });
  fc.assert(
    fc.property(piece, (content) => {
      const { reasoning = '', text } = splitReasoning(content);
      const letters = (value: string) => value.replace(/<\/?think>|\s/g, '');
      expect(letters(reasoning) + letters(text)).toBe(letters(content));
    }),
  );
});
