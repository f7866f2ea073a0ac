import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunError, readRun, readTrajectories } from 'swe-selfplay';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  latestById,
  parseTrajectoryLine,
  readTrajectoryLines,
  TrajectoryError,
  type TrajectoryRecord,
  validateTrajectory,
} from '../../packages/trajectory/src/index.js';
import { aTrajectory } from '../../packages/trajectory/test-support/a-trajectory.js';
import { attempts, FUZZ_SEED, FUZZ_TIMEOUT_MS } from './effort.js';
import { createDice, mutateBytes } from './mutate.mjs';

const TRAJECTORIES = [
  aTrajectory(),
  aTrajectory({ trajectory_id: 'solver-2', capture: 'text', turns: [], messages_tail: [] }),
  aTrajectory({
    trajectory_id: 'injector-1',
    role: 'injector',
    capture: 'eval',
    reward: null,
    reward_status: 'pending',
  }),
].map((record) => Buffer.from(JSON.stringify(record)));

const RUN = {
  formatVersion: 2,
  settings: {
    seed: 1,
    rounds: 2,
    groupSize: 8,
    tries: 10,
    alpha: 0.8,
    higherOrder: 0,
    settle: 'library',
    injector: 'mutation',
    solver: 'search',
    rules: { repeats: 2 },
    environments: ['shelf@0123456789ab'],
  },
};
const key = { environment: 'shelf@0123456789ab', round: 1, at: '2026-01-02T03:04:05Z' };
const RECORDS = [
  { type: 'round-start', ...key, seed: 4 },
  {
    type: 'injection',
    ...key,
    candidate: 1,
    seed: 5,
    status: 'gave-up',
    artifact: null,
    artifactId: null,
    reason: 'None.',
    conversation: null,
    ms: 3,
  },
  {
    type: 'evaluation',
    ...key,
    order: 1,
    parent: null,
    attempt: 1,
    status: 'solved',
    reason: 'All pass.',
    failed: [],
    missing: [],
    flags: [],
    ms: 5,
  },
  { type: 'reward', ...key, role: 'solver', candidate: null, order: 1, parent: null, attempt: 1, reward: 1 },
]
  .map((record) => `${JSON.stringify(record)}\n`)
  .join('');

/** Replaces values by others that JSON can hold, which bytes that flip hardly ever do. */
function otherValues(text: string, seed: number): string {
  const dice = createDice(seed);
  const fields = [...text.matchAll(/:("(?:\\.|[^"\\])*"|-?[\d.]+|null|true|false)/g)];
  const { 0: found, index } = dice.pick(fields);
  const value = dice.pick([
    'null',
    '-1',
    '1e999',
    '1.5',
    '"x"',
    '[]',
    '{}',
    '9007199254740993',
    'true',
    `${'['.repeat(9000)}${']'.repeat(9000)}`,
  ]);
  return `${text.slice(0, index)}:${value}${text.slice(index + found.length)}`;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuzz-records-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function mutant(number: number, texts: readonly Buffer[]): string {
  const dice = createDice(FUZZ_SEED + 13 * number);
  const start = dice.pick(texts);
  if (dice.chance(0.5)) return otherValues(start.toString(), FUZZ_SEED + number);
  return Buffer.from(mutateBytes(dice, start, dice.pick(texts))).toString();
}

test(
  'mutants of lines about trajectories are records that can be judged and written, or errors that name the line',
  () => {
    let read = 0;
    for (const number of attempts(1_500)) {
      let record: TrajectoryRecord;
      try {
        record = parseTrajectoryLine(mutant(number, TRAJECTORIES), 7);
      } catch (error) {
        if (!(error instanceof TrajectoryError)) throw new Error(`mutant ${number}: ${(error as Error).stack}`);
        expect(error.message).toContain('Line 7');
        expect(error.message.length).toBeLessThan(2_000);
        continue;
      }
      read += 1;
      for (const { message } of validateTrajectory(record)) expect(message.length).toBeLessThan(2_000);
      const written = JSON.stringify(record);
      expect(JSON.stringify(parseTrajectoryLine(written, 1))).toBe(written);
      expect(latestById([record, record])).toHaveLength(1);
    }
    expect(read).toBeGreaterThan(10);
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'mutants of a whole file of trajectories are read up to the line that is wrong',
  async () => {
    const whole = Buffer.from(TRAJECTORIES.map((line) => `${line}\n`).join('\n'));
    for (const number of attempts(200)) {
      const lines = mutant(number, [whole]).split('\n');
      try {
        for await (const record of readTrajectoryLines(lines)) expect(record.schema_version).toBe(1);
      } catch (error) {
        if (!(error instanceof TrajectoryError)) throw error;
        expect(error.message).toMatch(/^Line \d+/);
      }
    }
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'mutants of the files of a run are read, or refused with the file and the line',
  async () => {
    let read = 0;
    for (const number of attempts(300)) {
      const dice = createDice(number);
      const which = dice.below(3);
      const files = {
        'run.json': which === 0 ? mutant(number, [Buffer.from(JSON.stringify(RUN))]) : JSON.stringify(RUN),
        'records.jsonl': which === 1 ? mutant(number, [Buffer.from(RECORDS)]) : RECORDS,
        'trajectories.jsonl': which === 2 ? mutant(number, [Buffer.from(`${TRAJECTORIES.join('\n')}\n`)]) : '',
      };
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
      try {
        expect(readRun(folder).records.length).toBeLessThan(20);
        await readTrajectories(folder);
        read += 1;
      } catch (error) {
        if (!(error instanceof RunError) && !(error instanceof TrajectoryError))
          throw new Error(`mutant ${number}: ${(error as Error).stack}`);
        expect((error as Error).message.length).toBeLessThan(5_000);
      }
    }
    expect(read).toBeGreaterThan(10);
  },
  FUZZ_TIMEOUT_MS,
);
