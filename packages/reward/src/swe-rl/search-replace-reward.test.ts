import { describe, expect, test } from 'vitest';
import { changeReward } from './change-reward.js';
import { searchReplaceReward } from './search-replace-reward.js';

const A = 'import os\n\ndef f(x):\n    return x + 1\n';
const B = 'A = 1\nB = 2\n';
const original = new Map([
  ['a.py', A],
  ['b.py', B],
]);
const oracle = new Map([['a.py', A.replace('x + 1', 'x - 1')]]);

const block = (path: string, search: string, replace: string): string =>
  `\`\`\`python\n### ${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n\`\`\``;
const answer = (...blocks: string[]): string =>
  `<think>\nthe sign is wrong\n</think>\n<solution>\n${blocks.join('\n\n')}\n</solution>`;
const rewardOf = (output: string): number => searchReplaceReward(original, oracle, output).reward;
const right = block('a.py', '    return x + 1', '    return x - 1');

test.each([
  ['the right edit', answer(right), 1],
  ['another edit of the right line', answer(block('a.py', '    return x + 1', '    return x * 2')), 0.9733333333333334],
  ['the right edit and one elsewhere', answer(right, block('b.py', 'A = 1', 'A = 9')), 0.5],
  ['only an edit elsewhere', answer(block('b.py', 'A = 1', 'A = 9')), 0],
  ['an edit of the start of a line', answer(block('a.py', 'import o', 'import so')), 0.7638888888888888],
])('%s', (_, output, reward) => {
  expect(rewardOf(output)).toBe(reward);
});

test.each([
  ['not-found', 'lines that are not there', answer(block('a.py', 'return x + 1', 'return x - 1'))],
  ['not-found', 'a file that is not there', answer(block('c.py', 'A = 1', 'A = 2'))],
  ['identical', 'lines replaced by themselves', answer(block('a.py', 'import os', 'import os'))],
  ['identical', 'a later edit that changes nothing', answer(right, block('b.py', 'A = 1', 'A = 1'))],
  ['no-edits', 'no block', answer('return x - 1')],
  ['tags', 'no thought', answer(right).replace('<think>', '')],
  ['tags', 'two thoughts', `<think>${answer(right)}`],
  ['tags', 'a tag inside of a block', answer(right, block('b.py', 'A = 1', '</solution>'))],
  ['tags', 'nothing at all', ''],
  ['no-thought', 'an empty thought', answer(right).replace('the sign is wrong', '')],
  ['no-thought', 'a thought of what Python calls blank', answer(right).replace('the sign is wrong', '\x1f\x85 \u2003')],
])('-1 (%s) for %s', (reason, _, output) => {
  expect(searchReplaceReward(original, oracle, output)).toEqual({ status: 'malformed', reward: -1, reason });
});

test('a thought is not blank for what JavaScript alone calls blank', () => {
  expect(rewardOf(answer(right).replace('the sign is wrong', '\ufeff'))).toBe(1);
});

test('the order of thought and solution is not looked at', () => {
  expect(rewardOf(`<solution>${right}</solution><think>hm</think>`)).toBe(1);
  expect(rewardOf(`</think><solution>${right}</solution><think>hm`)).toBe(1);
  expect(rewardOf(`</solution><think>hm</think><solution>${right}`)).toBe(1);
});

test('says how alike the changes to each file are', () => {
  const reward = searchReplaceReward(original, oracle, answer(block('b.py', 'A = 1', 'A = 9')));
  const hunk = '@@ -1,4 +1,4 @@\n import os\n \n def f(x):\n-    return x + 1\n+    return x - 1';
  expect(reward).toMatchObject({
    similarities: [
      { path: 'a.py', oracle: hunk, predicted: '', similarity: 0 },
      { path: 'b.py', oracle: '', predicted: '@@ -1,2 +1,2 @@\n-A = 1\n+A = 9\n B = 2', similarity: 0 },
    ],
  });
});

describe('of changes in any form', () => {
  test('changing nothing is worth 0 where the oracle changes something, and 1 where it does not', () => {
    expect(changeReward(original, oracle, original)).toMatchObject({ reward: 0 });
    expect(changeReward(original, oracle, new Map())).toMatchObject({ reward: 0 });
    expect(changeReward(original, original, original)).toEqual({ status: 'compared', reward: 1, similarities: [] });
  });

  test('the prediction is the first sequence, the oracle the second, and no character is popular', () => {
    const similarity = (before: string, right: string, predicted: string) => {
      const [original, oracle, made] = [before, right, predicted].map((content) => new Map([['a', content]]));
      return changeReward(original!, oracle!, made!).reward;
    };
    // Of CPython 3.11; the other way round the first is 0.9, and with autojunk the last 0.5450516986706057.
    expect(similarity('x\n', 'diet\n', 'tide\n')).toBe(0.85);
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index}\n`).join('');
    const [rows, columns] = ['row', 'col'].map((word) => lines.replaceAll('line', word));
    expect(similarity(lines, rows!, columns!)).toBe(0.8818316100443131);
  });

  test('the end of the last line does not matter', () => {
    const before = new Map([['a', 'x\ny']]);
    expect(changeReward(before, before, new Map([['a', 'x\ny\n']]))).toMatchObject({ reward: 1, similarities: [] });
  });

  test('a file taken from nothing counts as one that was empty', () => {
    const made = new Map([['new.py', 'x\n']]);
    expect(changeReward(original, made, made)).toMatchObject({ reward: 1, similarities: [{ path: 'new.py' }] });
  });
});

describe('outputs of a megabyte made to take long', () => {
  const megabyte = (piece: string): string => piece.repeat(Math.ceil(1_000_000 / piece.length));
  const heading = '```\n### a.py\n<<<<<<< SEARCH\n';
  const periodic = 'a\n'.repeat(100_000);

  test.each([
    ['fences', megabyte('```')],
    ['fences on lines of their own', megabyte('```\n')],
    ['blocks without an end', megabyte(heading)],
    ['blocks without a replacement', megabyte(`${heading}x\n=======\n`)],
    ['separators', heading + megabyte('\n=======\n')],
    ['separators and ends that are none', heading + megabyte('\n=======\n>>>>>>> REPLACE\n``')],
    ['headings', megabyte('```\n### a.py\n')],
    ['blank', megabyte(' \t\x1f')],
    ['tags', megabyte('<think>')],
    ['edits', megabyte(block('a.py', 'import os', 'import os, re'))],
    ['edits of files that are not there', megabyte(block('c.py', '', 'x'))],
    ['a file that doubles', Array.from({ length: 60 }, () => block('a.py', 'a', 'a\na')).join('\n')],
    ['a long text for each line', block('a.py', '', megabyte('x').slice(0, 900_000))],
    [
      'a search that nearly matches everywhere',
      `${block('c.py', '', periodic)}\n${block('c.py', `${periodic}b`, 'x')}\n${block('c.py', `b${periodic}`, 'x')}`,
    ],
  ])('%s', (_, hostile) => {
    // Taken literally, some of them go on for hours.
    expect(rewardOf(answer(hostile))).toBe(-1);
  });

  test.each([Number.NaN, -1])('refuses a bound of %d', (maxSteps) => {
    expect(() => searchReplaceReward(original, oracle, answer(right), { maxSteps })).toThrow(
      expect.objectContaining({ code: 'count-out-of-range' }),
    );
  });

  test('a diff that takes too long to compare is worth -1', () => {
    const long = new Map([['a.py', 'ab\n'.repeat(2000)]]);
    const output = answer(block('a.py', 'ab', 'ba'));
    const options = { maxSteps: 10_000 };
    expect(searchReplaceReward(long, new Map([['a.py', 'ba\n'.repeat(1900)]]), output, options)).toEqual({
      status: 'malformed',
      reward: -1,
      reason: 'too-costly',
    });
  });
});
