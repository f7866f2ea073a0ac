import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applySearchReplace, type SearchReplaceOutcome } from './apply-search-replace.js';
import { findOccurrences } from './find-occurrences.js';

const apply = (content: string, ...edits: (readonly [string, string])[]): SearchReplaceOutcome =>
  applySearchReplace(
    new Map([['a', content]]),
    new Map([['a', edits.map(([search, replace]) => ({ search, replace }))]]),
  );
const applied = (content: string) => ({ status: 'applied', files: new Map([['a', content]]) });

test('replaces every occurrence that starts a line', () => {
  expect(apply('x = 1\ny = x = 1\nx = 12\n', ['x = 1', 'x = 3'])).toEqual(applied('x = 3\ny = x = 1\nx = 32\n'));
});

test('applies edits to what the ones before left', () => {
  expect(apply('a\n', ['a', 'b'], ['b', '$&'])).toEqual(applied('$&\n'));
});

test('an edit that searches for nothing starts every line with its text', () => {
  expect(apply('a\nb', ['', '# '])).toEqual(applied('# a\n# b'));
});

test('makes a file that is not there', () => {
  const edits = new Map([['new', [{ search: '', replace: 'x' }]]]);
  expect(applySearchReplace(new Map(), edits)).toEqual({ status: 'applied', files: new Map([['new', 'x']]) });
});

test('an occurrence that would cut a character in two is none', () => {
  expect(apply('a😀\n', ['a\ud83d', 'b'])).toEqual({ status: 'refused', reason: 'not-found', path: 'a' });
});

test('refuses more edits, and files that grow more, than allowed', () => {
  const contents = new Map([['a', 'x\n'.repeat(10)]]);
  const edits = new Map([['a', [{ search: 'x', replace: 'xy' }]]]);
  expect(applySearchReplace(contents, edits, { maxGrowth: 10 })).toMatchObject({ status: 'applied' });
  expect(applySearchReplace(contents, edits, { maxGrowth: 9 })).toMatchObject({ reason: 'too-large' });
  expect(applySearchReplace(contents, edits, { maxEdits: 0 })).toMatchObject({ reason: 'too-large' });
});

test.each([{ maxEdits: Number.NaN }, { maxGrowth: -1 }, { maxGrowth: Infinity }])('refuses limits %j', (limits) => {
  expect(() => applySearchReplace(new Map(), new Map(), limits)).toThrow(
    expect.objectContaining({ code: 'count-out-of-range' }),
  );
});

test('growth counts over all files', () => {
  const contents = new Map([
    ['a', 'x'],
    ['b', 'x'],
  ]);
  const edits = new Map(['a', 'b'].map((path) => [path, [{ search: 'x', replace: 'x'.repeat(6) }]]));
  expect(applySearchReplace(contents, edits, { maxGrowth: 10 })).toMatchObject({ status: 'applied' });
  expect(applySearchReplace(contents, edits, { maxGrowth: 9 })).toMatchObject({ reason: 'too-large', path: 'b' });
});

test('finds the occurrences that splitting finds', () => {
  const letters = fc.constantFrom('a', 'b', '\n');
  const pattern = fc.string({ unit: letters, minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 30 }), pattern, (text, pattern) => {
      const found = findOccurrences(text, pattern);
      expect(text.split(pattern)).toHaveLength(found.length + 1);
      for (const place of found) expect(text.startsWith(pattern, place)).toBe(true);
    }),
  );
});
