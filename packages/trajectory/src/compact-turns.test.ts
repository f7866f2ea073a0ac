import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aFullTurn } from '../test-support/a-trajectory.js';
import { arbitraryTurns } from '../test-support/arbitrary-turns.js';
import { compactTurns } from './compact-turns.js';
import { expandTurns } from './expand-turns.js';

test('what is compacted expands to the same turns', () => {
  fc.assert(
    fc.property(arbitraryTurns, (full) => {
      expect(expandTurns({ turns: compactTurns(full) })).toEqual(full);
    }),
    { numRuns: 500 },
  );
});

test('what is stored survives being written down', () => {
  fc.assert(
    fc.property(arbitraryTurns, (full) => {
      const turns = JSON.parse(JSON.stringify(compactTurns(full)));
      expect(expandTurns({ turns })).toEqual(full);
    }),
  );
});

test('a turn stores only the ids that its predecessor does not hold', () => {
  const turns = compactTurns([
    aFullTurn(0, [1, 2], [3]),
    aFullTurn(1, [1, 2, 3, 4], [5]),
    aFullTurn(2, [1, 2, 3, 4, 5], [6]),
  ]);
  expect(turns.map(({ extends_turn, prompt_token_ids }) => [extends_turn, prompt_token_ids])).toEqual([
    [null, [1, 2]],
    [0, [4]],
    [1, []],
  ]);
});

test('a turn after a discarded branch goes on from the turn before that', () => {
  const turns = compactTurns([aFullTurn(0, [1], [2]), aFullTurn(1, [1, 2, 3], [4]), aFullTurn(2, [1, 2, 9], [5])]);
  expect(turns[2]).toMatchObject({ extends_turn: 0, prompt_token_ids: [9] });
});

test('one different id is no prefix', () => {
  const turns = compactTurns([aFullTurn(0, [1], [2, 3]), aFullTurn(1, [1, 2, 4, 5], [6])]);
  expect(turns[1]).toMatchObject({ extends_turn: null, prompt_token_ids: [1, 2, 4, 5] });
});

test('a conversation that begins anew is stored whole and says so', () => {
  const said = { role: 'user', content: 'First.' };
  const [first, second, third] = [aFullTurn(0, [1], [2]), aFullTurn(1, [3], [4]), aFullTurn(2, [5], [6])];
  const turns = compactTurns([
    { ...first!, messages: [said] },
    { ...second!, messages: [said, first!.response, { role: 'tool', content: 'Reply.' }] },
    { ...third!, messages: [{ role: 'user', content: 'Summary.' }] },
  ]);
  expect(turns.map(({ messages_delta, restarts_messages }) => [messages_delta.length, restarts_messages])).toEqual([
    [1, undefined],
    [1, undefined],
    [1, true],
  ]);
});

test('a mask that trains on the prompt, or is too short, is refused', () => {
  const turn = aFullTurn(0, [1], [2]);
  const refusal = expect.objectContaining({ code: 'invalid-turns' });
  expect(() => compactTurns([{ ...turn, loss_mask: [1, 1] }])).toThrow(refusal);
  expect(() => compactTurns([{ ...turn, loss_mask: [0] }])).toThrow(refusal);
});

test('a turn out of its place is refused', () => {
  expect(() => compactTurns([aFullTurn(1, [1], [2])])).toThrow(expect.objectContaining({ code: 'invalid-turns' }));
});

test('a turn that goes on from itself cannot be expanded', () => {
  const [turn] = compactTurns([aFullTurn(0, [1], [2])]);
  expect(() => expandTurns({ turns: [{ ...turn!, extends_turn: 0 }] })).toThrow(
    expect.objectContaining({ code: 'invalid-turns' }),
  );
});

test('a long episode takes room in proportion to its length', () => {
  const prompt: number[] = [];
  const full = Array.from({ length: 50 }, (_, index) => {
    for (let id = 0; id < 200; id += 1) prompt.push(id);
    const turn = aFullTurn(index, [...prompt], [7]);
    prompt.push(7);
    return turn;
  });
  const stored = compactTurns(full).reduce((sum, turn) => sum + turn.prompt_token_ids!.length, 0);
  expect(stored).toBe(50 * 200);
});
