import { SandboxError } from '@swe-selfplay/sandbox';
import { SolverError, type Submission } from '@swe-selfplay/solver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestSession } from '../test-support/open-test-session.js';
import { createScriptedInjector, createScriptedSolver, submitted } from '../test-support/scripted-parts.js';
import { createSmallShelf, SMALL_RULES, type SmallShelf } from '../test-support/small-shelf.js';
import { createMemoryJournal } from './memory-journal.js';
import type { PlayEvent } from './play-event.js';
import { playRound } from './play-round.js';
import { recordKey } from './run-record.js';
import type { Session } from './session.js';

let shelf: SmallShelf;
let session: Session;
beforeAll(async () => {
  [shelf, session] = await Promise.all([createSmallShelf(), openTestSession()]);
});
afterAll(async () => {
  await session?.close();
  await shelf?.remove();
});

const options = { seed: 1, rules: SMALL_RULES, jobs: 1, leakSearch: { scope: 'workspace' } } as const;
const hasBug = () => createScriptedInjector(() => shelf.bug());
const neverSolves = () => createScriptedSolver(() => Promise.reject(new Error('There is no bug to solve.')));

/** Solves in turn: the n-th episode hands in the n-th kind. */
function solverOf(kinds: readonly ('solving' | 'useless' | 'useless too')[]) {
  let episode = 0;
  return createScriptedSolver(async () => submitted(await shelf.predPatch(kinds[episode++]!)));
}

describe('playRound', () => {
  test('plays a bug and rewards injector and solver by the solve rate', async () => {
    const solver = solverOf(['solving', 'useless', 'useless', 'useless']);
    const round = await playRound(
      shelf.environment,
      { ...session, injector: hasBug(), solver },
      { ...options, groupSize: 4 },
    );
    expect(round.candidates.map(({ status }) => status)).toEqual(['valid']);
    expect(round.attempts?.map(({ status }) => status)).toEqual(['solved', 'unsolved', 'unsolved', 'unsolved']);
    expect(round.rewards.map(({ role, reward }) => [role, reward])).toEqual([
      ['injector', expect.closeTo(0.55, 12)],
      ['solver', 1],
      ['solver', -1],
      ['solver', -1],
      ['solver', -1],
    ]);
    expect(round.end).toMatchObject({
      status: 'played',
      candidates: 1,
      group: { attempts: 4, graded: 4, solved: 1, solveRate: 0.25 },
      higherOrderGroups: [],
    });
    expect(new Set(solver.seeds).size).toBe(4);
  });

  test('costs an invalid artifact, and an injector that hands in nothing, everything', async () => {
    const invalid = createScriptedInjector(() => shelf.idleBug());
    const gaveUp = createScriptedInjector(async () => undefined);
    for (const injector of [invalid, gaveUp]) {
      const round = await playRound(shelf.environment, { ...session, injector, solver: neverSolves() }, options);
      expect(round.end).toMatchObject({ status: 'no-bug', candidates: 1, group: null, injectorReward: -1 });
      expect(round.attempts).toBeUndefined();
    }
  });

  test('lets an injector try again, and counts and rewards what was discarded', async () => {
    const bugs = [shelf.idleBug, async () => undefined, shelf.bug];
    const injector = createScriptedInjector((number) => bugs[number - 1]!());
    const solver = solverOf(['solving', 'useless']);
    const round = await playRound(
      shelf.environment,
      { ...session, injector, solver },
      { ...options, groupSize: 2, tries: 5 },
    );
    expect(round.end).toMatchObject({ status: 'played', candidates: 3 });
    const rewards = round.rewards.filter(({ role }) => role === 'injector').map(({ reward }) => reward);
    expect(rewards).toEqual([-1, -1, expect.closeTo(0.1, 12)]);
  });

  test('grades a solver that hands in nothing as unsolved', async () => {
    const solver = createScriptedSolver(async () => ({ status: 'gave-up', reason: 'No idea.' }));
    const round = await playRound(
      shelf.environment,
      { ...session, injector: hasBug(), solver },
      { ...options, groupSize: 1 },
    );
    expect(round.attempts?.[0]).toMatchObject({ status: 'unsolved', predPatch: undefined });
    expect(round.end).toMatchObject({ injectorReward: -0.8, group: { solved: 0, graded: 1 } });
  });

  test('an attempt that infrastructure ended earns nothing, leaves the solve rate and is tried again', async () => {
    const journal = createMemoryJournal();
    let isBroken = true;
    const episodes = (number: number): Promise<Submission> => {
      if (number % 2 === 1 && isBroken) return Promise.reject(new SolverError('infra', 'The model is gone.'));
      return shelf.predPatch('solving').then(submitted);
    };
    // Attempts that fail for infrastructure are tried twice, so the number of an episode is not that of its attempt.
    const play = () => {
      let calls = 0;
      const solver = createScriptedSolver(() => episodes(isBroken ? (calls++ < 2 ? 1 : 2) : 2));
      const parts = { ...session, injector: hasBug(), solver };
      return playRound(shelf.environment, parts, { ...options, groupSize: 2, journal }).then((round) => ({
        round,
        solver,
      }));
    };
    const first = await play();
    expect(first.round.attempts?.map(({ status }) => status)).toEqual(['infra', 'solved']);
    expect(first.round.end).toMatchObject({
      status: 'infra',
      group: { attempts: 2, graded: 1, solved: 1, solveRate: 1 },
    });
    expect(first.round.rewards.map(({ reward }) => reward)).toEqual([-0.8, null, 1]);

    isBroken = false;
    const second = await play();
    expect(second.solver.seeds).toEqual([first.solver.seeds[0]]);
    expect(second.round.end).toMatchObject({ status: 'played', group: { graded: 2, solved: 2 } });
    expect(journal.find(recordKey(second.round.end))).toEqual(second.round.end);
  });

  test('an injector that infrastructure ended earns nothing', async () => {
    const injector = createScriptedInjector(() => Promise.reject(new SandboxError('host-exhausted', 'No memory.')));
    const parts = { ...session, injector, solver: neverSolves() };
    const round = await playRound(shelf.environment, parts, { ...options, tries: 3 });
    expect(round.end).toMatchObject({ status: 'infra', candidates: 1, injectorReward: null });
  });

  test('a fault of the injector itself is thrown, not recorded as an outcome', async () => {
    const injector = createScriptedInjector(() => Promise.reject(new TypeError('bugs is not iterable')));
    const parts = { ...session, injector, solver: neverSolves() };
    await expect(playRound(shelf.environment, parts, options)).rejects.toThrow('bugs is not iterable');
  });

  test('makes a bug of order 2 of a failed attempt, which leaves the injector reward as it is', async () => {
    const kinds = ['solving', 'useless too', 'solving', 'solving'] as const;
    let calls = 0;
    const orders: number[] = [];
    const solver = createScriptedSolver(async (order) => {
      orders.push(order);
      return submitted(await shelf.predPatch(kinds[calls++]!));
    });
    const parts = { ...session, injector: hasBug(), solver };
    const round = await playRound(shelf.environment, parts, { ...options, groupSize: 2, higherOrder: true });
    expect(orders).toEqual([1, 1, 2, 2]);
    expect(round.end.group).toMatchObject({ solved: 1, graded: 2 });
    expect(round.end.higherOrderGroups).toMatchObject([{ parent: 2, attempts: 2, graded: 2 }]);
    expect(round.end.injectorReward).toBeCloseTo(0.1, 12);
    const ofOrder2 = round.rewards.filter(({ order }) => order === 2);
    expect(ofOrder2).toHaveLength(2);
  });

  test('every failed attempt leaves a bug of order 2 with a group of its own, equal states only one', async () => {
    const kinds = ['useless', 'useless too', 'useless', 'solving'] as const;
    let calls = 0;
    const solver = createScriptedSolver(async (order) =>
      submitted(await shelf.predPatch(order === 1 ? kinds[calls++ % 4]! : 'useless too')),
    );
    const parts = { ...session, injector: hasBug(), solver };
    const journal = createMemoryJournal();
    const round = await playRound(shelf.environment, parts, { ...options, groupSize: 4, higherOrder: true, journal });
    expect(round.end.higherOrderGroups.map(({ parent, attempts }) => [parent, attempts])).toEqual([
      [1, 4],
      [2, 4],
    ]);
    const tasks = round.higherOrder.map(({ bug: { task } }) => [task.order, task.parent, task.sourceAttempt]);
    const patch = (attempt: number) => expect.stringMatching(new RegExp(`order-1-attempt-${attempt}\\.diff$`));
    const first = round.bug?.task.id;
    expect(tasks).toEqual([
      [2, first, patch(1)],
      [2, first, patch(2)],
    ]);
    const twin = journal.find(recordKey({ ...round.end, type: 'higher-order-task', parent: 3 }));
    expect(twin).toMatchObject({ status: 'refused', reason: 'Attempt 1 left the same state behind.' });
    expect(round.end.injectorReward).toBeCloseTo(0.55, 12);
    expect(round.rewards.filter(({ order }) => order === 2).map(({ parent }) => parent)).toEqual([
      1, 1, 1, 1, 2, 2, 2, 2,
    ]);
  });

  test('with nothing that failed there is no bug of order 2', async () => {
    const parts = { ...session, injector: hasBug(), solver: solverOf(['solving']) };
    const round = await playRound(shelf.environment, parts, { ...options, groupSize: 1, higherOrder: true });
    expect(round.end.higherOrderGroups).toEqual([]);
  });

  test('what is in the journal is not played again', async () => {
    const journal = createMemoryJournal();
    const injector = hasBug();
    const solver = solverOf(['solving', 'useless']);
    const play = () =>
      playRound(shelf.environment, { ...session, injector, solver }, { ...options, groupSize: 2, journal });
    const first = await play();
    const second = await play();
    expect(second.end).toEqual(first.end);
    expect(second.rewards).toEqual(first.rewards);
    expect([injector.episodes, solver.seeds.length]).toEqual([1, 2]);
  });

  test('seeds and outcomes do not depend on how much runs at once', async () => {
    const play = async (jobs: number) => {
      const solver = createScriptedSolver(async (_, seed) =>
        submitted(await shelf.predPatch(seed % 2 === 0 ? 'solving' : 'useless')),
      );
      const parts = { ...session, injector: hasBug(), solver };
      const round = await playRound(shelf.environment, parts, { ...options, groupSize: 6, jobs });
      return { end: round.end, seeds: solver.seeds.toSorted(), outcomes: round.attempts?.map(({ status }) => status) };
    };
    expect(await play(6)).toEqual(await play(1));
  });

  test('tells what happens as it happens', async () => {
    const types: PlayEvent['type'][] = [];
    const parts = { ...session, injector: hasBug(), solver: solverOf(['solving']) };
    await playRound(shelf.environment, parts, { ...options, groupSize: 1, onEvent: ({ type }) => types.push(type) });
    expect(types.filter((type) => type !== 'check-end')).toEqual([
      'round-start',
      'injection-start',
      'injection-end',
      'validation-start',
      'validation-end',
      'task-end',
      'attempt-start',
      'attempt-end',
      'evaluation-end',
      'reward-end',
      'reward-end',
      'round-end',
    ]);
    expect(types.filter((type) => type === 'check-end').length).toBeGreaterThanOrEqual(9);
  });

  test('ends when its signal is aborted, with nothing recorded of what was cut', async () => {
    const journal = createMemoryJournal();
    const controller = new AbortController();
    const solver = createScriptedSolver(async () => {
      controller.abort(new Error('Enough.'));
      return { status: 'gave-up', reason: 'Cut.' };
    });
    const parts = { ...session, injector: hasBug(), solver };
    const { signal } = controller;
    const round = playRound(shelf.environment, parts, { ...options, groupSize: 2, journal, signal });
    await expect(round).rejects.toThrow('Enough.');
    const key = { environment: `shelf@${shelf.environment.digest.slice(0, 12)}`, round: 1 };
    expect(journal.find(recordKey({ ...key, type: 'validation', candidate: 1 }))).toBeDefined();
    expect(journal.find(recordKey({ ...key, type: 'attempt', order: 1, parent: null, attempt: 1 }))).toBeUndefined();
  });

  test.each([{ groupSize: 0 }, { alpha: 2 }, { tries: 1.5 }, { seed: -1 }, { rules: { repeats: 0 } }])(
    'refuses %o before anything is played',
    async (wrong) => {
      const parts = { ...session, injector: neverInjects, solver: neverSolves() };
      await expect(playRound(shelf.environment, parts, { ...options, ...wrong })).rejects.toThrow(
        expect.objectContaining({ name: 'RunError', code: 'invalid-options' }),
      );
    },
  );
});

const neverInjects = createScriptedInjector(() => Promise.reject(new Error('Nothing should be injected.')));
