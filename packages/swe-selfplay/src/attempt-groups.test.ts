import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '@swe-selfplay/artifact';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestSession } from '../test-support/open-test-session.js';
import { createScriptedInjector, createScriptedSolver, submitted } from '../test-support/scripted-parts.js';
import { createSmallShelf, SMALL_RULES, type SmallShelf } from '../test-support/small-shelf.js';
import { readAttemptGroups } from './attempt-groups.js';
import { play } from './play.js';
import { readRun } from './run-folder.js';
import type { Session } from './session.js';

let shelf: SmallShelf;
let session: Session;
let folder: string;

beforeAll(async () => {
  [shelf, session] = await Promise.all([createSmallShelf(), openTestSession()]);
  folder = mkdtempSync(join(tmpdir(), 'attempt-groups-'));
  const kinds = ['useless', 'solving', 'nothing'] as const;
  let episode = 0;
  const solver = createScriptedSolver(async (order) => {
    const kind = order === 2 ? 'nothing' : kinds[episode++ % 3]!;
    if (kind === 'nothing') return { status: 'gave-up', reason: 'The script says so.' };
    return submitted(await shelf.predPatch(kind));
  });
  const injector = createScriptedInjector((number) => (number === 1 ? shelf.idleBug() : shelf.bug()));
  await play(
    [shelf.environment],
    { ...session, injector, solver },
    { folder, seed: 5, rules: SMALL_RULES, jobs: 1, groupSize: 3, tries: 2, higherOrder: 1, onLeak: 'off' },
  );
}, 60_000);

afterAll(async () => {
  await session?.close();
  await shelf?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('the attempts of a run come by bug, with the tasks that were tried', async () => {
  const groups = await readAttemptGroups(folder, [shelf.environment], session);
  expect(groups.map(({ round, order, parent }) => [round, order, parent])).toEqual([
    [1, 1, null],
    [1, 2, 1],
  ]);
  const [first, second] = groups;
  expect(first!.attempts.map(({ attempt, status, isFinished }) => [attempt, status, isFinished])).toEqual([
    [1, 'unsolved', true],
    [2, 'solved', true],
    [3, 'unsolved', false],
  ]);
  expect(first!.attempts.map(({ predPatch }) => predPatch.length > 0)).toEqual([true, true, false]);
  const { records } = readRun(folder);
  const tasks = records.flatMap((record) =>
    (record.type === 'task' || record.type === 'higher-order-task') && record.task !== null ? [record.task] : [],
  );
  expect([first!.task.id, second!.task.id]).toEqual(tasks);
  expect(second!.attempts.every(({ status }) => status === 'unsolved')).toBe(true);
});

test('a run on a repository that is not given is refused', async () => {
  const other = { ...shelf.environment, digest: '0'.repeat(64) } as Environment;
  await expect(readAttemptGroups(folder, [other], session)).rejects.toMatchObject({
    name: 'RunError',
    code: 'settings-differ',
  });
});

test('a patch that is gone is named', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'attempt-groups-'));
  cpSync(folder, copy, { recursive: true });
  rmSync(join(copy, 'patches'), { recursive: true });
  await expect(readAttemptGroups(copy, [shelf.environment], session)).rejects.toThrow(/patches\/.*round-1/);
  rmSync(copy, { recursive: true });
});
