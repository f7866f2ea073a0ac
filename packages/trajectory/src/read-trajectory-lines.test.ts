import { expect, test } from 'vitest';
import { aTrajectory, aTurn } from '../test-support/a-trajectory.js';
import { latestById, parseTrajectoryLine, readTrajectoryLines } from './read-trajectory-lines.js';
import type { TrajectoryRecord } from './trajectory-record.js';

const line = (overrides: object) => JSON.stringify({ ...aTrajectory(), ...overrides });

async function collect(lines: Iterable<string> | AsyncIterable<string>): Promise<TrajectoryRecord[]> {
  const records: TrajectoryRecord[] = [];
  for await (const record of readTrajectoryLines(lines)) records.push(record);
  return records;
}

test('reads what was written', () => {
  expect(parseTrajectoryLine(JSON.stringify(aTrajectory()), 1)).toEqual(aTrajectory());
});

test('fields that a server added to a message stay in it', () => {
  const response = {
    role: 'assistant',
    content: 'x',
    refusal: null,
    tool_calls: [{ id: 'c', index: 0, type: 'function', function: { name: 'bash', arguments: '{}', strict: true } }],
  };
  const record = parseTrajectoryLine(line({ turns: [{ ...aTurn(), response }] }), 1);
  expect(record.turns[0]!.response).toEqual(response);
});

test.each([
  ['half a line', '{"schema_version": 1, "traj', /^Line 12: expected JSON/],
  ['no object', '[]', /^Line 12, the record/],
  [
    'what is nested without end',
    line({ tools: [{ x: 0 }] }).replace('"x":0', `"x":${'['.repeat(50_000)}${']'.repeat(50_000)}`),
    /^Line 12: expected at most 500 levels/,
  ],
  ['a turn before the first', line({ turns: [{ ...aTurn(), extends_turn: -1 }] }), /^Line 12, turns\.0\.extends_turn/],
  ['half a turn', line({ turns: [{ ...aTurn(), extends_turn: -0.5 }] }), /^Line 12, turns\.0\.extends_turn/],
  ['a misspelt field', line({ rewards: 1 }), /^Line 12, the record: .*rewards/],
  ['a missing field', line({ group_id: undefined }), /^Line 12, group_id/],
  ['a wrong value deep inside', line({ turns: [{ ...aTurn(), retries: 'none' }] }), /^Line 12, turns\.0\.retries/],
  ['a misspelt field of a turn', line({ turns: [{ ...aTurn(), prompt_ids: [] }] }), /^Line 12, turns\.0/],
  [
    'a log-probability that is no number',
    line({ turns: [{ ...aTurn(), completion_logprobs: [null, -1] }] }),
    /completion_logprobs\.0/,
  ],
  ['a turn out of its place', line({ turns: [aTurn({ index: 1 })] }), /^Line 12, turns\.0\.index/],
  [
    'a turn that goes on from itself',
    line({ turns: [aTurn({ extends_turn: 0 })] }),
    /^Line 12, turns\.0\.extends_turn/,
  ],
  [
    'a turn that goes on from one without ids',
    line({ turns: [aTurn({ completion_token_ids: null }), aTurn({ index: 1, extends_turn: 0 })] }),
    /^Line 12, turns\.1\.extends_turn/,
  ],
])('refuses %s, naming line and field', (_, text, message) => {
  expect(() => parseTrajectoryLine(text, 12)).toThrow(
    expect.objectContaining({ name: 'TrajectoryError', code: 'invalid-line', message: expect.stringMatching(message) }),
  );
});

test('refuses a record of another version of the schema', () => {
  expect(() => parseTrajectoryLine(line({ schema_version: 2 }), 3)).toThrow(
    expect.objectContaining({ code: 'unsupported-version', message: 'Line 3: expected schema_version 1, got 2.' }),
  );
});

test('reads lines as they come, passing over blank ones', async () => {
  async function* stream() {
    yield line({ trajectory_id: 'a' });
    yield '';
    yield line({ trajectory_id: 'b' });
  }
  expect((await collect(stream())).map((record) => record.trajectory_id)).toEqual(['a', 'b']);
  expect(await collect([])).toEqual([]);
  await expect(collect([line({}), ' ', 'no'])).rejects.toThrow('Line 3');
});

test('a later line about a trajectory holds, in the place of the first', () => {
  const pending = aTrajectory({ trajectory_id: 'a', reward: null, reward_status: 'pending' });
  const other = aTrajectory({ trajectory_id: 'b' });
  const settled = aTrajectory({ trajectory_id: 'a', reward: 0.5 });
  expect(latestById([pending, other, settled])).toEqual([settled, other]);
});
