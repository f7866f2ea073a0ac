import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestSession } from '../test-support/open-test-session.js';
import { createScriptedInjector, createScriptedSolver, submitted } from '../test-support/scripted-parts.js';
import { createSmallShelf, SMALL_RULES, type SmallShelf } from '../test-support/small-shelf.js';
import { type PlayOptions, play } from './play.js';
import type { PlayEvent } from './play-event.js';
import { readRun } from './run-folder.js';
import type { StoredRecord } from './run-record.js';
import type { Session } from './session.js';

let shelf: SmallShelf;
let session: Session;
let parent: string;
let folder: string;
beforeAll(async () => {
  [shelf, session] = await Promise.all([createSmallShelf(), openTestSession()]);
});
afterAll(async () => {
  await session?.close();
  await shelf?.remove();
});
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'play-'));
  folder = join(parent, 'run');
});
afterEach(() => rmSync(parent, { recursive: true }));

const options = { seed: 1, rounds: 2, groupSize: 2, rules: SMALL_RULES, jobs: 2 } as const;

/** Everybody decides by seed alone, so that what is played does not depend on when it is played. */
function partsBySeed(beforeAttempt: (episode: number) => void = () => undefined) {
  let episode = 0;
  const solver = createScriptedSolver(async (_, seed, signal) => {
    beforeAttempt(++episode);
    signal?.throwIfAborted();
    return submitted(await shelf.predPatch(seed % 2 === 0 ? 'solving' : 'useless'));
  });
  return { ...session, injector: createScriptedInjector(() => shelf.bug()), solver };
}

function playOn(parts: ReturnType<typeof partsBySeed>, more: Partial<PlayOptions> = {}) {
  return play([shelf.environment], parts, { ...options, folder, ...more });
}

/** Records by key, without what tells when and how fast. */
function contentOf(path: string): string[] {
  return readRun(path)
    .records.map(({ at: _, ...record }: StoredRecord) => {
      const fixed = {
        ...record,
        ms: 0,
        runs: 0,
        checks: 'checks' in record ? record.checks.map(({ ms: __, ...rest }) => rest) : 0,
      };
      return JSON.stringify(fixed);
    })
    .sort();
}

describe('play', () => {
  test('writes rounds to a folder; played again it repeats nothing and gives the same', async () => {
    const first = await playOn(partsBySeed());
    expect(first.status).toBe('finished');
    expect(first.rounds.map(({ round, status }) => [round, status])).toEqual([
      [1, 'played'],
      [2, 'played'],
    ]);
    const written = readFileSync(first.recordsPath, 'utf8');
    const parts = partsBySeed();
    const second = await playOn(parts);
    expect(second.rounds).toEqual(first.rounds);
    expect([parts.injector.episodes, parts.solver.seeds]).toEqual([0, []]);
    expect(readFileSync(first.recordsPath, 'utf8')).toBe(written);
  });

  test('wherever it is interrupted, going on gives what an uninterrupted run gives', async () => {
    const whole = await playOn(partsBySeed(), { folder: join(parent, 'whole') });
    for (const stopAt of [1, 2, 3]) {
      const path = join(parent, `stopped-${stopAt}`);
      const controller = new AbortController();
      const interrupted = await playOn(
        partsBySeed((episode) => episode === stopAt && controller.abort()),
        { folder: path, signal: controller.signal },
      );
      expect(interrupted.status).toBe('interrupted');
      const resumed = await playOn(partsBySeed(), { folder: path });
      expect(resumed.rounds).toEqual(whole.rounds);
      expect(contentOf(path)).toEqual(contentOf(join(parent, 'whole')));
    }
  });

  test('an unfinished last line is cut, told and made up for', async () => {
    const first = await playOn(partsBySeed());
    const lines = readFileSync(first.recordsPath, 'utf8').trimEnd().split('\n');
    rmSync(first.recordsPath);
    appendFileSync(first.recordsPath, `${lines.slice(0, -1).join('\n')}\n${lines.at(-1)!.slice(0, 20)}`);
    const events: PlayEvent[] = [];
    const second = await playOn(partsBySeed(), { onEvent: (event) => events.push(event) });
    expect(events).toContainEqual({ type: 'run-repair', file: first.recordsPath, cutBytes: 20 });
    expect(second.rounds).toEqual(first.rounds);
  });

  test('a run with other settings is refused', async () => {
    await playOn(partsBySeed());
    await expect(playOn(partsBySeed(), { seed: 2 })).rejects.toThrow(/seed is 1 there and 2 now/);
  });

  test('a fault in one round ends the run; what was earned stays and is gone on with', async () => {
    const failing = partsBySeed((episode) => {
      if (episode === 3) throw new TypeError('a fault');
    });
    await expect(playOn(failing, { jobs: 1 })).rejects.toThrow('a fault');
    const again = partsBySeed();
    expect((await playOn(again)).rounds).toHaveLength(2);
    expect([again.injector.episodes, again.solver.seeds.length]).toEqual([0, 2]);
  });

  test.each([
    [{ rounds: 0 }, /rounds/],
    [{ rounds: 1.5 }, /rounds/],
    [{ groupSize: 0 }, /groupSize/],
  ])('refuses %o', async (wrong, message) => {
    await expect(playOn(partsBySeed(), wrong)).rejects.toThrow(message);
  });

  test('refuses no environment, and one that is given twice', async () => {
    const parts = partsBySeed();
    await expect(play([], parts, { ...options, folder })).rejects.toThrow(/at least one environment/);
    const twice = [shelf.environment, shelf.environment];
    await expect(play(twice, parts, { ...options, folder })).rejects.toThrow(/twice/);
  });
});
