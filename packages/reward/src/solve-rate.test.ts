import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countAttempts, solveRate } from './solve-rate.js';

test('attempts that broken infrastructure ended leave the solve rate', () => {
  const counts = countAttempts([
    { status: 'solved' },
    { status: 'infra' },
    { status: 'unsolved' },
    { status: 'infra' },
  ]);
  expect(counts).toEqual({ solved: 1, graded: 2 });
  expect(solveRate(counts)).toBe(0.5);
});

test('no graded attempt means no solve rate', () => {
  expect(solveRate(countAttempts([]))).toBeUndefined();
  expect(solveRate(countAttempts([{ status: 'infra' }]))).toBeUndefined();
});

test.each([
  { solved: 3, graded: 2 },
  { solved: -1, graded: 2 },
  { solved: 0.5, graded: 2 },
  { solved: 0, graded: Number.NaN },
])('refuses counts that cannot be: $solved of $graded', (counts) => {
  expect(() => solveRate(counts)).toThrow(expect.objectContaining({ code: 'count-out-of-range' }));
});

test('the order of attempts and infrastructure failures among them do not matter', () => {
  const attempt = fc.record({ status: fc.constantFrom('solved', 'unsolved', 'infra') });
  fc.assert(
    fc.property(fc.array(attempt), (attempts) => {
      const graded = attempts.filter(({ status }) => status !== 'infra');
      expect(countAttempts([...attempts].reverse())).toEqual(countAttempts(attempts));
      expect(countAttempts(graded)).toEqual(countAttempts(attempts));
    }),
  );
});
