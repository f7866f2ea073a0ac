import { expect, test } from 'vitest';
import { createProgress, describeRewards, signed } from './progress.js';
import type { RoundEndRecord } from './run-record.js';

const key = { environment: 'shelf@0123456789ab', round: 1 };
const end: RoundEndRecord = {
  ...key,
  type: 'round-end',
  status: 'played',
  candidates: 1,
  artifact: 'artifacts/shelf@0123456789ab/round-1-candidate-1',
  group: { attempts: 8, graded: 8, solved: 3, solveRate: 0.375 },
  higherOrderGroups: [],
  injectorReward: 0.325,
};

function linesAndStatus() {
  const said: string[] = [];
  const statuses: string[] = [];
  return { said, statuses, say: (line: string) => said.push(line), status: (text: string) => statuses.push(text) };
}

test('a line says what a round came to', () => {
  expect(describeRewards(end)).toBe('3 of 8 solved (solve rate 0.375): injector +0.325, solver +1 × 3 −1 × 5');
});

test('attempts that were not graded are said, and a missing reward is not zero', () => {
  const group = { attempts: 2, graded: 0, solved: 0, solveRate: null };
  expect(describeRewards({ ...end, group, injectorReward: null })).toBe(
    '0 of 0 solved, 2 not graded: injector no reward',
  );
});

test('a round without a bug says after how many tries', () => {
  const record = { ...end, status: 'no-bug', candidates: 10, group: null, injectorReward: -1 } as const;
  expect(describeRewards(record)).toBe('no bug after 10 tries: injector −1');
});

test.each([
  [0.775, '+0.775'],
  [-0.8, '−0.8'],
  [1 - 1.8 * 0.5, '+0.1'],
  [0, '+0'],
])('a reward of %d is written %s', (reward, text) => {
  expect(signed(reward)).toBe(text);
});

test('names each round once, however much is said of it', () => {
  const lines = linesAndStatus();
  const listener = createProgress(lines);
  const attempt = { ...key, order: 1, parent: null, attempt: 1 } as const;
  const evaluation = { status: 'solved', reason: 'All pass.', failed: [], missing: [], flags: [], ms: 1 } as const;
  listener({ type: 'evaluation-end', record: { ...attempt, type: 'evaluation', ...evaluation } });
  listener({ type: 'round-end', record: end });
  listener({ type: 'round-end', record: { ...end, round: 2 } });
  expect(lines.said.filter((line) => line.includes('shelf@0123456789ab'))).toHaveLength(2);
});

test('what is under way is a status and no line', () => {
  const lines = linesAndStatus();
  createProgress(lines)({ ...key, type: 'attempt-start', order: 1, parent: null, attempt: 2, seed: 1 });
  expect(lines.said).toEqual([]);
  expect(lines.statuses).toEqual(['  solving: attempt 2']);
});

test('names that hold control characters cannot move the cursor', () => {
  const lines = linesAndStatus();
  const record = {
    ...key,
    type: 'injection',
    candidate: 1,
    seed: 1,
    status: 'gave-up',
    artifact: null,
    artifactId: null,
    conversation: null,
  } as const;
  createProgress(lines)({ type: 'injection-end', record: { ...record, reason: 'a\u001b[2Jb\nc', ms: 1 } });
  expect(lines.said.join('')).toContain('a [2Jb c');
});
