import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRepository } from '../examples/tallybook/make-repository.mjs';
import { readRun, type StoredRecord } from '../packages/swe-selfplay/src/index.js';

const BIN = join(import.meta.dirname, '../packages/swe-selfplay/bin/swe-selfplay.js');
const GROUP = 2;

let scratch: string;
const folder = (name: string) => join(scratch, name);

interface Player {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** Plays a short round on the example. Runs are shared, so that what is played again is soon there. */
function play(run: string): Player {
  const settings = ['--rounds', '1', '--group', String(GROUP), '--strategy', 'mutation', '--seed', '4'];
  const args = [
    'play',
    '--repo',
    folder('tallybook'),
    ...settings,
    '--out',
    folder(run),
    '--cache',
    folder('cache'),
    '--json',
    // What lies outside of the workspace is searched for leaks in tests of its own.
    '--leak-scope',
    'workspace',
  ];
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const outputs = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (outputs.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (outputs.stderr += text));
  const ended = new Promise<Awaited<Player['ended']>>((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, ...outputs }));
  });
  return { child, ended };
}

function linesOf(run: string): string[] {
  const path = join(folder(run), 'records.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}

/** Waits until a run has a record that is looked for, and fails where it ended before. */
async function untilRecord(run: string, player: Player, text: string): Promise<void> {
  while (!linesOf(run).some((line) => line.includes(text))) {
    expect(player.child.exitCode, 'the run has not ended yet').toBeNull();
    await delay(5);
  }
}

/** What records say, without when and how fast; sorted, since the order of parallel attempts is not theirs to say. */
function contentOf(run: string): string[] {
  const { records } = readRun(folder(run));
  return records
    .map(({ at: _, ...record }: StoredRecord) => {
      const checks = 'checks' in record ? record.checks.map(({ ms: __, ...check }) => check) : undefined;
      return JSON.stringify({ ...record, ms: undefined, runs: undefined, checks });
    })
    .sort();
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'play-flow-'));
  await makeRepository(folder('tallybook'));
  const { exitCode, stderr } = await play('whole').ended;
  expect(exitCode, stderr).toBe(0);
}, 300_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('a run plays its rounds and records what everybody earned', () => {
  const { records } = readRun(folder('whole'));
  const ends = records.filter((record) => record.type === 'round-end');
  expect(ends.map(({ round, status }) => [round, status])).toEqual([[1, 'played']]);
  const rewards = records.filter((record) => record.type === 'reward');
  for (const { round, group, injectorReward } of ends) {
    expect(group).toMatchObject({ attempts: GROUP, graded: GROUP });
    const earned = rewards.filter((reward) => reward.round === round && reward.role === 'solver' && reward.order === 1);
    expect(earned.filter(({ reward }) => reward === 1)).toHaveLength(group!.solved);
    const rate = group!.solved / GROUP;
    expect(injectorReward).toBeCloseTo(rate === 0 || rate === 1 ? -0.8 : 1 - 1.8 * rate, 12);
  }
});

test('stdout of a run is one JSON object, and nothing of the lock or of unfinished files stays', async () => {
  const { exitCode, stdout } = await play('whole').ended;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'finished', rounds: [{ round: 1 }] });
  expect(existsSync(join(folder('whole'), 'run.lock'))).toBe(false);
});

test('after kill -9, and a line that was cut with it, a run goes on and gives what it would have given', async () => {
  const first = play('killed');
  await untilRecord('killed', first, '"type":"validation"');
  first.child.kill('SIGKILL');
  await first.ended;
  const earned = linesOf('killed');
  appendFileSync(join(folder('killed'), 'records.jsonl'), '{"type":"evaluation","environ');

  const { exitCode, stderr } = await play('killed').ended;
  expect(exitCode, stderr).toBe(0);
  expect(stderr).toMatch(/Going on with the run/);
  expect(stderr).toMatch(/Cut 29 bytes of an unfinished last line/);
  expect(linesOf('killed').slice(0, earned.length)).toEqual(earned);
  expect(contentOf('killed')).toEqual(contentOf('whole'));
  expect(new Set(linesOf('killed').map(withoutTime)).size).toBe(linesOf('killed').length);
}, 120_000);

test('after Ctrl-C a run has ended in good order, exits with 130 and goes on', async () => {
  const first = play('interrupted');
  await untilRecord('interrupted', first, '"type":"injection"');
  first.child.kill('SIGINT');
  const { exitCode, stdout, stderr } = await first.ended;
  expect(exitCode, stderr).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'interrupted' });
  expect(stderr).toMatch(/Interrupted/);
  expect(existsSync(join(folder('interrupted'), 'run.lock'))).toBe(false);

  expect((await play('interrupted').ended).exitCode).toBe(0);
  expect(contentOf('interrupted')).toEqual(contentOf('whole'));
}, 120_000);

test('a second process is kept from a run that is being played', async () => {
  const first = play('contested');
  await untilRecord('contested', first, '"type":"round-start"');
  const second = await play('contested').ended;
  expect([second.exitCode, second.stdout]).toEqual([2, '']);
  expect(second.stderr).toMatch(new RegExp(`process ${first.child.pid} on `));
  expect((await first.ended).exitCode).toBe(0);
}, 120_000);

function withoutTime(line: string): string {
  const { at: _, ...record } = JSON.parse(line) as StoredRecord;
  return JSON.stringify(record);
}
