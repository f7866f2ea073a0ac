import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aTrajectory } from '../../trajectory/test-support/a-trajectory.js';
import { createSmallShelf } from '../test-support/small-shelf.js';
import { once } from './journal.js';
import { openRunFolder, readRun, readTrajectories } from './run-folder.js';
import { type AttemptRecord, type InjectionRecord, recordKey } from './run-record.js';
import type { RunSettings } from './run-settings.js';

const SETTINGS: RunSettings = {
  seed: 1,
  rounds: 2,
  groupSize: 8,
  tries: 10,
  alpha: 0.8,
  higherOrder: 0,
  settle: 'library',
  injector: 'mutation',
  solver: 'search',
  checks: ['patches-apply'],
  refusedFlags: [],
  hiddenShare: 0,
  onLeak: 'off',
  rules: { repeats: 2 },
  environments: ['shelf@0123456789ab'],
};

const key = { environment: 'shelf@0123456789ab', round: 1 };
const injection = { ...key, type: 'injection', candidate: 1 } as const;
const earned: InjectionRecord = {
  ...injection,
  seed: 5,
  status: 'gave-up',
  artifact: null,
  artifactId: null,
  reason: 'No place found.',
  conversation: null,
  ms: 3,
};
const clock = () => new Date('2026-01-02T03:04:05Z');

let parent: string;
let path: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'run-folder-'));
  path = join(parent, 'run');
});
afterEach(() => rmSync(parent, { recursive: true }));

const neverEarn = () => Promise.reject(new Error('It was earned already.'));

describe('a run folder', () => {
  test('keeps a record for later, and what was earned is not earned again', async () => {
    const first = await openRunFolder(path, SETTINGS, { clock });
    await once(first, injection, async () => earned);
    first.close();

    const second = await openRunFolder(path, SETTINGS);
    expect(second.recordsFound).toBe(1);
    expect(await once(second, injection, neverEarn)).toEqual(earned);
    second.close();
    const written = readFileSync(second.recordsPath, 'utf8');
    expect(written).toMatch(/^\{"type":"injection",.*\}\n$/);
    expect(JSON.parse(written)).toEqual({ ...earned, at: '2026-01-02T03:04:05.000Z' });
  });

  test('takes no record that it could not read again', async () => {
    const folder = await openRunFolder(path, SETTINGS);
    expect(() => folder.write({ ...earned, candidate: 0 })).toThrow(/candidate/);
    folder.close();
    expect(readRun(path).records).toEqual([]);
  });

  test('tries again what broken infrastructure left undone; the later record holds', async () => {
    const attempt: AttemptRecord = {
      ...key,
      type: 'attempt',
      order: 1,
      parent: null,
      attempt: 3,
      seed: 9,
      status: 'infra',
      patch: null,
      reason: 'The sandbox is gone.',
      notes: {},
      conversation: null,
      ms: 1,
    };
    const folder = await openRunFolder(path, SETTINGS);
    await once(folder, attempt, async () => attempt);
    const again = { ...attempt, status: 'gave-up', reason: 'No idea.' } as const;
    await once(folder, attempt, async () => again);
    folder.close();
    expect(readRun(path).records).toEqual([{ ...again, at: expect.any(String) }]);
  });

  test('gives back artifacts and patches byte for byte, and leaves nothing unfinished lying about', async () => {
    const shelf = await createSmallShelf();
    const artifact = await shelf.bug();
    await shelf.remove();
    const folder = await openRunFolder(path, SETTINGS);
    await folder.saveArtifact('artifacts/shelf@1/round-1-candidate-1', artifact);
    await folder.savePatch('patches/shelf@1/attempt-1.diff', Buffer.from('one'));
    await folder.savePatch('patches/shelf@1/attempt-1.diff', Buffer.from([0xff, 0x00]));
    expect((await folder.loadArtifact('artifacts/shelf@1/round-1-candidate-1')).id).toBe(artifact.id);
    expect(Buffer.from(await folder.loadPatch('patches/shelf@1/attempt-1.diff'))).toEqual(Buffer.from([0xff, 0x00]));
    folder.close();
    expect(readdirSync(join(path, 'patches/shelf@1'))).toEqual(['attempt-1.diff']);
    expect(existsSync(join(path, 'run.lock'))).toBe(false);
  });

  test('keeps trajectories until they are settled, then in one file, where the later of two holds', async () => {
    const folder = await openRunFolder(path, SETTINGS);
    const [first, second] = [aTrajectory({ trajectory_id: 'one' }), aTrajectory({ trajectory_id: 'two' })];
    await folder.saveTrajectory(first);
    expect(await folder.loadTrajectory('one')).toEqual(first);
    expect(await readTrajectories(path)).toEqual([]);
    folder.writeTrajectories([first, second]);
    await folder.dropTrajectories(['one', 'two']);
    expect(await folder.loadTrajectory('one')).toBeUndefined();
    folder.close();

    const file = join(path, 'trajectories.jsonl');
    appendFileSync(file, '{"schema_version":1,"traj');
    const again = await openRunFolder(path, SETTINGS);
    again.writeTrajectories([{ ...first, reward: -1 }]);
    again.close();
    expect(await readTrajectories(path)).toEqual([{ ...first, reward: -1 }, second]);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(4);
  });

  test('cuts an unfinished last line and says how much', async () => {
    const first = await openRunFolder(path, SETTINGS);
    first.write(earned);
    first.close();
    appendFileSync(first.recordsPath, '{"type":"rou');

    expect(readRun(path).records).toHaveLength(1);
    const second = await openRunFolder(path, SETTINGS);
    expect(second.cutBytes).toBe(12);
    expect(second.find(recordKey(earned))).toEqual(earned);
    second.write({ ...earned, candidate: 2 });
    second.close();
    expect(readRun(path).records).toHaveLength(2);
  });

  test.each([
    ['what is not JSON', 'nonsense'],
    ['what is no record', '{"type":"injection","at":"2026-01-02T03:04:05.000Z"}'],
    ['a record with more than it should have', JSON.stringify({ ...earned, at: clock().toISOString(), more: 1 })],
  ])('refuses %s in the middle, naming file and line', async (_, line) => {
    const first = await openRunFolder(path, SETTINGS);
    first.write(earned);
    first.close();
    appendFileSync(first.recordsPath, `${line}\n`);
    const corrupt = expect.objectContaining({
      code: 'corrupt-record',
      message: expect.stringContaining(`${first.recordsPath}:2:`),
    });
    await expect(openRunFolder(path, SETTINGS)).rejects.toThrow(corrupt);
    expect(existsSync(join(path, 'run.lock'))).toBe(false);
  });

  test('of another run is refused with all that differs', async () => {
    (await openRunFolder(path, SETTINGS)).close();
    const other = { ...SETTINGS, seed: 2, rules: { repeats: 3 } };
    await expect(openRunFolder(path, other)).rejects.toThrow(
      'seed is 1 there and 2 now; rules is {"repeats":2} there and {"repeats":3} now',
    );
    (await openRunFolder(path, SETTINGS)).close();
  });

  test('that holds something else is left alone', async () => {
    writeFileSync(join(parent, 'letter.txt'), 'Dear');
    await expect(openRunFolder(parent, SETTINGS)).rejects.toThrow(
      expect.objectContaining({ code: 'not-a-run-folder', message: expect.stringContaining('letter.txt') }),
    );
    await expect(openRunFolder(join(parent, 'letter.txt'), SETTINGS)).rejects.toThrow(/Could not write/);
    expect(readdirSync(parent)).toEqual(['letter.txt']);
  });

  test('is written by one process at a time, and taken over from one that was killed', async () => {
    const first = await openRunFolder(path, SETTINGS);
    await expect(openRunFolder(path, SETTINGS)).rejects.toThrow(expect.objectContaining({ code: 'run-locked' }));
    first.close();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(path, 'run.lock'), JSON.stringify({ host: hostname(), pid, startedAt: null }));
    (await openRunFolder(path, SETTINGS)).close();
  });

  test('names the record whose artifact was taken away', async () => {
    const folder = await openRunFolder(path, SETTINGS);
    await expect(folder.loadArtifact('artifacts/gone')).rejects.toThrow(
      expect.objectContaining({ code: 'corrupt-record', message: expect.stringContaining('artifacts/gone') }),
    );
    folder.close();
  });
});
