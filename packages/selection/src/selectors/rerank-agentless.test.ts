import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AgentlessCandidate, rerankAgentless } from './rerank-agentless.js';

const candidates = (keys: string[], failures: (number | null)[], reproductions: string[]): AgentlessCandidate[] =>
  keys.map((patchKey, index) => ({
    patchKey,
    failedRegressions: failures[index]!,
    reproductions: new Set(reproductions[index]!),
  }));

test.each([
  ['reproductions count squared', ['A', 'A', 'B', 'C'], [0, 0, 0, 1], ['1', '1', '12', '123'], 2, [2]],
  ['nothing tells them apart', ['A', 'A', 'B', 'B'], [0, 0, 0, 0], ['1', '1', '1', '1'], 0, [0, 1, 2, 3]],
  ['empty patches are out', ['A', 'B', 'B', '', 'C'], [0, 0, 0, 0, 1], ['1', '1', '1', '12', '12'], 1, [0, 1, 2]],
  ['no result fails most', ['A', 'B'], [null, 9], ['', ''], 1, [1]],
  ['equal consensus sets are all kept', ['A', 'B', 'B', 'C'], [0, 0, 0, 1], ['1', '2', '', '1'], 0, [0, 1]],
])('%s', (_, keys, failures, reproductions, index, survivors) => {
  expect(rerankAgentless(candidates(keys, failures, reproductions))).toMatchObject({ index, survivors });
});

test('scores are votes among survivors', () => {
  const given = candidates(['A', 'B', ' B\n', '', 'C'], [0, 0, 0, 0, 1], ['1', '1', '1', '12', '12']);
  expect(rerankAgentless(given).scores).toEqual([1, 2, 2, null, null]);
});

test('reproductions are a set: neither order nor repetition matters', () => {
  const of = (...reproductions: string[][]) =>
    reproductions.map((each, index) => ({ patchKey: `${index}`, failedRegressions: 0, reproductions: each }));
  expect(rerankAgentless(of(['a', 'b'], ['b', 'a', 'b'], ['c'])).survivors).toEqual([0, 1]);
});

test('there is nothing to choose from empty patches', () => {
  expect(rerankAgentless([])).toMatchObject({ index: undefined, scores: [] });
  expect(rerankAgentless(candidates(['', ' '], [0, 0], ['1', '1']))).toMatchObject({ index: undefined });
});

test('refuses a count that cannot be, naming the candidate', () => {
  expect(() => rerankAgentless(candidates(['A', 'B'], [0, Number.NaN], ['', '']))).toThrow(
    expect.objectContaining({ code: 'invalid-candidate', message: expect.stringContaining('candidate 1') }),
  );
});

test('the order of candidates does not matter but for ties', () => {
  const candidate = fc.record({
    patchKey: fc.constantFrom('', 'A', 'B', 'C'),
    failedRegressions: fc.constantFrom(0, 1, null),
    reproductions: fc.subarray(['1', '2', '3']),
  });
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 8 }), (given) => {
      const forward = rerankAgentless(given);
      const backward = rerankAgentless([...given].reverse());
      expect([...backward.scores].reverse()).toEqual(forward.scores);
      expect(backward.scores[backward.index ?? -1]).toBe(forward.scores[forward.index ?? -1]);
    }),
  );
});
