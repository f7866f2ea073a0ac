import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askPython } from '../../test-support/ask-python.js';
import { sequenceRatio } from './sequence-ratio.js';
import { splitPythonLines } from './split-python-lines.js';
import { unifiedDiff, unifiedDiffWithin } from './unified-diff.js';

const diffOf = (before: string, after: string): string =>
  unifiedDiff(splitPythonLines(before), splitPythonLines(after)).join('\n');

test.each([
  ['', 'x\ny', '@@ -0,0 +1,2 @@\n+x\n+y'],
  ['x', '', '@@ -1 +0,0 @@\n-x'],
  ['a\nb', 'a\nb\n', ''],
  ['', '', ''],
])('diff of %j and %j', (before, after, expected) => {
  expect(diffOf(before, after)).toBe(expected);
});

test('lines that are frequent in a long file do not hold hunks together', () => {
  const before = Array.from({ length: 300 }, (_, index) => (index % 2 === 1 ? `x${index}` : ''));
  const after = before.with(101, 'y').with(202, 'z');
  const lines = unifiedDiff(before, after);
  expect(lines).toHaveLength(18);
  expect(lines.filter((line) => line.startsWith('@@'))).toEqual(['@@ -99,7 +99,7 @@', '@@ -200,7 +200,7 @@']);
  expect(sequenceRatio(before, after)).toBe(0.9933333333333333);
});

test('a hunk shows as many unchanged lines as asked for', () => {
  expect(unifiedDiff(['a', 'b', 'c'], ['a', 'x', 'c'], { context: 0 })).toEqual(['@@ -2 +2 @@', '-b', '+x']);
  expect(() => unifiedDiff(['a'], ['b'], { context: -1 })).toThrow(
    expect.objectContaining({ code: 'count-out-of-range' }),
  );
});

test('gives up where more pairs of lines would have to be looked at than allowed', () => {
  const many = new Array<string>(150).fill('');
  expect(unifiedDiffWithin(many, ['x', ...many], { remainingSteps: 100 })).toBeUndefined();
});

const line = fc.constantFrom('', '}', 'a', 'b', ...Array.from({ length: 40 }, (_, index) => `line ${index}`));
const list = fc.oneof(
  fc.array(fc.constantFrom('a', 'b', 'c')),
  fc.array(line, { maxLength: 60, size: 'max' }),
  fc.array(line, { minLength: 190, maxLength: 320, size: 'max' }),
);
/** Pairs of which the second is the first with a few lines changed, taken out or put in. */
const edited = fc
  .tuple(list, fc.array(fc.tuple(fc.nat(320), fc.nat(2), fc.array(line, { maxLength: 2 })), { maxLength: 8 }))
  .map(([before, edits]): [string[], string[]] => {
    const after = [...before];
    for (const [place, count, lines] of edits) after.splice(place, count, ...lines);
    return [before, after];
  });

test('writes the diffs that Python writes', () => {
  const pairs = fc.sample(fc.tuple(fc.oneof(edited, fc.tuple(list, list)), fc.nat(4)), { numRuns: 300, seed: 17 });
  const program = [
    'import difflib',
    'for (a, b), n in questions:',
    '    answers.append(list(difflib.unified_diff(a, b, "old", "new", n=n, lineterm=""))[2:])',
  ].join('\n');
  const answers = askPython<(typeof pairs)[number], string[]>(program, pairs);
  expect(answers).toHaveLength(pairs.length);
  for (const [index, [[a, b], context]] of pairs.entries())
    expect(unifiedDiff(a, b, { context })).toEqual(answers[index]);
});
