import fc from 'fast-check';
import { expect, test } from 'vitest';
import { selectMajority } from './select-majority.js';

test.each([
  ['the most frequent', ['a', 'b', 'b'], 1, [1, 2, 2]],
  ['the first of equally frequent ones', ['b', 'a', 'a', 'b'], 0, [2, 2, 2, 2]],
  ['no empty one', ['', ' ', 'a'], 2, [null, null, 1]],
  ['nothing of nothing', ['', ''], undefined, [null, null]],
  ['blank at the ends aside', ['b', 'a\n', 'a'], 1, [1, 2, 2]],
])('chooses %s', (_, patches, index, scores) => {
  expect(selectMajority(patches)).toMatchObject({ index, scores });
});

test('the order of patches does not matter but for ties, and another vote for the chosen one changes nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('', 'a', 'b', 'c')), (patches) => {
      const forward = selectMajority(patches);
      expect([...selectMajority([...patches].reverse()).scores].reverse()).toEqual(forward.scores);
      fc.pre(forward.index !== undefined);
      expect(selectMajority([...patches, patches[forward.index]!]).index).toBe(forward.index);
    }),
  );
});
