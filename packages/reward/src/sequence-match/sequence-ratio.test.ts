import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askPython } from '../../test-support/ask-python.js';
import type { MatchingBlock } from './longest-match.js';
import { matchingBlocks } from './matching-blocks.js';
import { sequenceRatio, sequenceRatioWithin } from './sequence-ratio.js';

/** The linear congruential generator that the vectors' long texts are made with. */
function generate(seed: number, length: number, letters: number): string {
  let state = seed;
  let text = '';
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(1103515245, state) + 12345) & 0x7fffffff;
    text += String.fromCharCode(97 + ((state >> 16) % letters));
  }
  return text;
}

const lineOf = (index: number, value: number): string =>
  `line ${String(index).padStart(3, '0')}: value = ${value % 13}\n`;
const indices = (length: number): number[] => Array.from({ length }, (_, index) => index);
const T60 = indices(60)
  .map((index) => lineOf(index, 7 * index))
  .join('');
const U60 = indices(60)
  .filter((index) => index % 15 !== 7)
  .map((index) => lineOf(index, 7 * index + (index % 10 === 0 ? 1 : 0)))
  .join('');
const LONG = generate(7, 1000, 20);
const EDITED = `${LONG.slice(0, 250)}${LONG.slice(300, 700)}#EDIT#${LONG.slice(700)}`;
const CJK = indices(300).map((index) => String.fromCharCode(0x4e00 + index));
const SHUFFLED_CJK = indices(300).map((index) => String.fromCharCode(0x4e00 + ((7 * index) % 300)));
const braces = (name: string): string[] => indices(120).flatMap((index) => [`${name}${index}`, '}']);
const H = 100;

describe('ratios of difflib, bit for bit', () => {
  test('makes the texts of the vectors', () => {
    expect(generate(1, 12, 26)).toBe('qmzrhlajoetb');
    expect(generate(7, 12, 20)).toBe('egiolfokfnnd');
    expect([T60.length, U60.length, EDITED.length]).toEqual([1213, 1129, 956]);
  });

  test.each<[string, string | string[], string | string[], number, number]>([
    ['abcd', 'abcd', 'bcde', 0.75, 0.75],
    ['tide', 'tide', 'diet', 0.25, 0.25],
    ['tide swapped', 'diet', 'tide', 0.5, 0.5],
    [
      'thread',
      'private Thread currentThread;',
      'private volatile Thread currentThread;',
      0.8656716417910447,
      0.8656716417910447,
    ],
    ['qabxcd', 'qabxcd', 'abycdf', 0.6666666666666666, 0.6666666666666666],
    ['astral', 'a😀b', 'a😀c', 0.6666666666666666, 0.6666666666666666],
    ['japanese', '日本語テスト', '日本テスト語', 0.8333333333333334, 0.8333333333333334],
    ['both empty', '', '', 1, 1],
    ['one empty', 'a', '', 0, 0],
    ['the other empty', '', 'a', 0, 0],
    ['swapped halves', 'a'.repeat(H) + 'b'.repeat(H), 'b'.repeat(H) + 'a'.repeat(H), 0, 0.5],
    ['one popular element', 'x'.repeat(200), 'x'.repeat(200), 1, 1],
    ['noise', generate(1, 600, 26), generate(2, 600, 26), 0, 0.025],
    ['edited', LONG, EDITED, 0.2556237218813906, 0.9713701431492843],
    ['edited, swapped', EDITED, LONG, 0.2556237218813906, 0.9713701431492843],
    ['T60 and U60', T60, U60, 0.19299743808710504, 0.9590093936806149],
    ['U60 and T60', U60, T60, 0.2228864218616567, 0.9590093936806149],
    ['300 characters shuffled', CJK.join(''), SHUFFLED_CJK.join(''), 0.16, 0.16],
    ['lines', braces('a'), braces('b'), 0, 0.5],
  ])('%s', (_, a, b, withAutojunk, without) => {
    expect(sequenceRatio(a, b)).toBe(withAutojunk);
    expect(sequenceRatio(a, b, { autojunk: true })).toBe(withAutojunk);
    expect(sequenceRatio(a, b, { autojunk: false })).toBe(without);
  });

  test('says which blocks match', () => {
    expect(matchingBlocks('qabxcd', 'abycdf')).toEqual([
      { a: 1, b: 0, size: 2 },
      { a: 4, b: 3, size: 2 },
      { a: 6, b: 6, size: 0 },
    ]);
  });
});

test('elements that are frequent in a long second sequence are left out from a count on', () => {
  const rest = indices(200).map((index) => String.fromCharCode(0x4e00 + index));
  const withCopies = (copies: number): string => 'x'.repeat(copies) + rest.slice(copies).join('');
  expect(sequenceRatio('x', withCopies(3))).toBe(2 / 201);
  expect(sequenceRatio('ax', `b${withCopies(4).slice(0, 199)}`)).toBe(0);
});

test('gives up where more pairs of elements would have to be looked at than allowed', () => {
  const a = 'ab'.repeat(500);
  const b = 'ba'.repeat(500);
  expect(sequenceRatioWithin(a, b, { remainingSteps: 100 }, { autojunk: false })).toBeUndefined();
  expect(sequenceRatioWithin(a, b, { remainingSteps: 10_000_000 }, { autojunk: false })).toBe(
    sequenceRatio(a, b, { autojunk: false }),
  );
});

/** Of two dense ends the one looked at later is the larger; then long texts with a popular element among many others. */
const MIDDLE = indices(2000)
  .map((index) => String.fromCharCode(0x4e00 + index))
  .join('');
const ends = (seed: number): string => generate(seed, 400, 2) + MIDDLE + generate(seed + 1, 150, 2).toUpperCase();
const withPopular = (seed: number): string =>
  Array.from(generate(seed, 12_000, 26), (letter, index) =>
    index % 10 === 0 ? '}' : `${String.fromCharCode(0x4e00 + 4 * letter.charCodeAt(0) + (index % 4))}`,
  ).join('');
const LARGE: [string, string][] = [
  [ends(2), ends(4)],
  [withPopular(5), withPopular(6)],
];

type Question = { readonly a: string | string[]; readonly b: string | string[]; readonly autojunk: boolean };
type Answer = { readonly ratio: number; readonly blocks: [number, number, number][] };

const text = (...letters: string[]): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...letters) });
const longText = fc.string({ unit: fc.constantFrom(...'abcdefghij'), minLength: 190, maxLength: 400, size: 'max' });
const line = fc.constantFrom('', '}', 'return', ...indices(60).map((index) => `line ${index}`));
const lines = fc.array(line, { minLength: 190, maxLength: 320, size: 'max' });
/** Pairs of which the second is mostly the first with pieces cut out and moved. */
const cutUp = fc
  .tuple(fc.oneof(longText, lines), fc.array(fc.nat(400), { minLength: 2, maxLength: 6 }))
  .map(([whole, cuts]): [string | string[], string | string[]] => {
    const places = [0, ...cuts, whole.length].sort((left, right) => left - right);
    const pieces = places.slice(1).map((end, index) => whole.slice(places[index], end));
    const kept = [...pieces.slice(1), pieces[0]!];
    return [whole, typeof whole === 'string' ? kept.join('') : kept.flat()];
  });
/** So many equal elements that stretches are looked for with a suffix automaton. */
const denseText = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 150, maxLength: 400, size: 'max' }),
  fc.string({ unit: fc.constantFrom('ab', 'aab', 'abb', 'c'), minLength: 80, maxLength: 200, size: 'max' }),
);
const pair = fc.oneof(
  fc.tuple(denseText, denseText),
  fc.tuple(text('a', 'b'), text('a', 'b')),
  fc.tuple(text('a', 'b', 'c', '\n'), text('a', 'b', 'c', '\n')),
  fc.tuple(text('a', '😀', '𝒳', 'é', '日'), text('a', '😀', '𝒳', 'é', '日')),
  fc.tuple(text('a', '\ud83d', '\ude00', '\0'), text('a', '\ud83d', '\ude00', '\0')),
  fc.tuple(longText, longText),
  fc.tuple(lines, lines),
  cutUp,
);

test('finds the blocks and the ratio that Python finds', () => {
  const pairs = fc.sample(pair, { numRuns: 300, seed: 13 });
  const questions = [...pairs, ...LARGE].flatMap(([a, b]): Question[] => [
    { a, b, autojunk: true },
    { a, b, autojunk: false },
  ]);
  const program = [
    'import difflib',
    'for question in questions:',
    '    matcher = difflib.SequenceMatcher(None, question["a"], question["b"], autojunk=question["autojunk"])',
    '    answers.append({"ratio": matcher.ratio(), "blocks": matcher.get_matching_blocks()})',
  ].join('\n');
  const answers = askPython<Question, Answer>(program, questions);
  expect(answers).toHaveLength(questions.length);
  const blocks = (found: readonly MatchingBlock[]) => found.map(({ a, b, size }) => [a, b, size]);
  for (const [index, { a, b, autojunk }] of questions.entries()) {
    expect(blocks(matchingBlocks(a, b, { autojunk }))).toEqual(answers[index]!.blocks);
    expect(sequenceRatio(a, b, { autojunk })).toBe(answers[index]!.ratio);
  }
});

test('ratios lie in 0..1, are 1 for equal sequences, and blocks are what they say', () => {
  fc.assert(
    fc.property(pair, fc.boolean(), ([a, b], autojunk) => {
      const ratio = sequenceRatio(a, b, { autojunk });
      expect(ratio).toBeGreaterThanOrEqual(0);
      expect(ratio).toBeLessThanOrEqual(1);
      expect(sequenceRatio(a, a, { autojunk })).toBe(1);
      const [left, right] = [Array.from(a), Array.from(b)];
      for (const block of matchingBlocks(a, b, { autojunk }))
        expect(left.slice(block.a, block.a + block.size)).toEqual(right.slice(block.b, block.b + block.size));
    }),
  );
});
