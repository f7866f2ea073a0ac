import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { injectorReward } from './injector-reward.js';
import {
  type Episode,
  type InjectorEpisode,
  type SettleOptions,
  type SolverEpisode,
  settleRewards,
} from './settle-rewards.js';

type Ending = SolverEpisode['status'];

const LETTERS: Readonly<Record<string, Ending>> = { s: 'solved', u: 'unsolved', i: 'infra', p: 'pending' };

/** Attempts on a bug, a letter each: solved, unsolved, infra, pending. */
function attempts(letters: string, bugId = 'bug', order: 1 | 2 = 1): SolverEpisode[] {
  return [...letters].map((letter, index) => {
    const status = LETTERS[letter]!;
    return { id: `${bugId}/${order}/${index}`, role: 'solver', bugId, order, status };
  });
}

function injector(id = 'injector', bugId = 'bug', groupId = 'repository#1'): InjectorEpisode {
  return { id, role: 'injector', groupId, status: 'valid', bugId };
}

function settle(id: string, episodes: readonly Episode[], options: SettleOptions = {}) {
  return settleRewards(episodes, options).find((settlement) => settlement.id === id)!;
}

describe('a valid artifact', () => {
  test.each([
    ['uuuuuuuu', -0.8, 0, 8, 0],
    ['suuuuuuu', 0.775, 0.125, 8, 1],
    ['ssuuuuuu', 0.55, 0.25, 8, 2],
    ['susususu', 0.1, 0.5, 8, 4],
    ['ssssssss', -0.8, 1, 8, 8],
    ['siuuuuuu', 1 - 1.8 / 7, 1 / 7, 7, 1],
    ['iiiiiisu', 0.1, 0.5, 2, 1],
    ['iiiiiiiu', -0.8, 0, 1, 0],
  ])('after %s earns %d', (letters, reward, rate, graded, solved) => {
    const settlement = settle('injector', [injector(), ...attempts(letters)]);
    expect(settlement).toMatchObject({ role: 'injector', groupId: 'repository#1', status: 'settled' });
    expect(settlement.reward).toBeCloseTo(reward, 12);
    expect(settlement.components).toEqual({ valid: 1, solve_rate: rate, graded, solved });
  });

  test.each([
    ['no attempt', ''],
    ['too few attempts', 'suuuuuu'],
    ['too few attempts, some lost', 'siiuuuu'],
    ['an attempt that has not ended', 'suuuuuup'],
    ['one attempt more that has not ended', 'suuuuuuup'],
  ])('with %s waits', (_, letters) => {
    const settlement = settle('injector', [injector(), ...attempts(letters)]);
    expect(settlement).toMatchObject({
      status: 'pending',
      reward: null,
      components: { valid: 1 },
      isGroupSettled: false,
    });
  });

  test('whose attempts were all lost earns nothing, which is not zero', () => {
    expect(settle('injector', [injector(), ...attempts('iiiiiiii')])).toEqual({
      id: 'injector',
      role: 'injector',
      groupId: 'repository#1',
      status: 'unscorable',
      reward: null,
      components: { valid: 1, graded: 0, solved: 0 },
      isGroupSettled: true,
    });
  });

  test.each([
    ['suu', 'settled', 1 - 1.8 / 3],
    ['sui', 'settled', 0.1],
    ['', 'unscorable', null],
    ['i', 'unscorable', null],
    ['sup', 'pending', null],
  ])('of a closed bug is settled by %j as %s: %d', (letters, status, reward) => {
    const settlement = settle('injector', [injector(), ...attempts(letters)], { closed: ['bug'] });
    expect(settlement.status).toBe(status);
    if (reward === null) expect(settlement.reward).toBeNull();
    else expect(settlement.reward).toBeCloseTo(reward, 12);
  });

  test('is judged by attempts on its own bug of order 1 alone', () => {
    const others = [
      ...attempts('ssssssss', 'other'),
      ...attempts('ssssssss', 'bug', 2),
      ...attempts('pp', 'second', 2),
    ];
    expect(settle('injector', [injector(), ...others, ...attempts('suuuuuuu')]).reward).toBeCloseTo(0.775, 12);
    expect(settle('injector', [injector(), ...others])).toMatchObject({ status: 'pending', reward: null });
  });

  test('takes alpha and the size of its group from the options', () => {
    const episodes = [injector(), ...attempts('uu')];
    expect(settle('injector', episodes, { groupSize: 2, alpha: 0.5 }).reward).toBe(-0.5);
    expect(settle('injector', episodes, { groupSize: 3, alpha: 0.5 }).status).toBe('pending');
  });

  test('that does not say its bug is a fault of the caller', () => {
    const nameless = { id: 'injector', role: 'injector', groupId: 'g', status: 'valid' } as unknown as Episode;
    expect(() => settleRewards([nameless])).toThrow(expect.objectContaining({ code: 'bug-id-missing' }));
  });
});

test.each(['invalid', 'gave-up'] as const)('an injector that ends as %s loses everything at once', (status) => {
  const episode: Episode = { id: 'injector', role: 'injector', groupId: 'g', status };
  expect(settleRewards([episode])).toEqual([
    {
      id: 'injector',
      role: 'injector',
      groupId: 'g',
      status: 'settled',
      reward: -1,
      components: { valid: 0 },
      isGroupSettled: true,
    },
  ]);
});

test('an injector that broken infrastructure ended earns nothing and holds up nobody', () => {
  const lost: Episode = { id: 'lost', role: 'injector', groupId: 'g', status: 'infra' };
  const invalid: Episode = { id: 'invalid', role: 'injector', groupId: 'g', status: 'invalid' };
  expect(settleRewards([lost, invalid])).toMatchObject([
    { status: 'unscorable', reward: null, components: {}, isGroupSettled: true },
    { status: 'settled', reward: -1, isGroupSettled: true },
  ]);
});

test.each([
  ['s', 'settled', 1, { graded: 1, solved: 1 }],
  ['u', 'settled', -1, { graded: 1, solved: 0 }],
  ['i', 'unscorable', null, {}],
  ['p', 'pending', null, {}],
])('an attempt %j is %s: %j', (letter, status, reward, components) => {
  for (const order of [1, 2] as const)
    expect(settleRewards(attempts(letter, 'bug', order))).toMatchObject([
      { role: 'solver', groupId: 'bug', status, reward, components },
    ]);
});

describe('a group is settled when its last member is', () => {
  test.each([
    ['suuuuuuu', 1, true],
    ['suuuuuui', 1, true],
    ['suuuuuu', 1, false],
    ['suuuuuup', 1, false],
    ['su', 2, true],
    ['sp', 2, false],
  ] as const)('attempts %j of order %d: %j', (letters, order, isSettled) => {
    const settlements = settleRewards(attempts(letters, 'bug', order));
    expect(settlements.map(({ isGroupSettled }) => isGroupSettled)).toEqual([...letters].map(() => isSettled));
  });

  test('a closed bug has all its attempts', () => {
    expect(settleRewards(attempts('su'), { closed: ['bug'] })[0]!.isGroupSettled).toBe(true);
    expect(settleRewards(attempts('sp'), { closed: ['bug'] })[0]!.isGroupSettled).toBe(false);
  });

  test('injectors of a group wait for each other, and for no solver of a bug by the same name', () => {
    const episodes = [
      injector('one', 'a'),
      injector('two', 'b'),
      ...attempts('uuuuuuuu', 'a'),
      ...attempts('p', 'repository#1'),
    ];
    const settled = (all: readonly Episode[]) =>
      settleRewards(all).map(({ id, isGroupSettled }) => [id, isGroupSettled]);
    expect(settled(episodes).slice(0, 2)).toEqual([
      ['one', false],
      ['two', false],
    ]);
    expect(settled([...episodes, ...attempts('uuuuuuuu', 'b')]).slice(0, 2)).toEqual([
      ['one', true],
      ['two', true],
    ]);
  });
});

test('of several records of an id the last one holds, in the place of the first', () => {
  const [first, ...rest] = attempts('puuuuuuu');
  const settlements = settleRewards([first!, injector(), ...rest, { ...first!, status: 'solved' }]);
  expect(settlements.map(({ id }) => id)).toEqual([first!.id, 'injector', ...rest.map(({ id }) => id)]);
  expect(settlements[0]!.reward).toBe(1);
  expect(settlements[1]!.reward).toBeCloseTo(0.775, 12);
});

test.each([
  [{ alpha: 2 }, 'alpha-out-of-range'],
  [{ groupSize: 0 }, 'group-size-out-of-range'],
])('refuses %j', (options, code) => {
  expect(() => settleRewards([], options)).toThrow(expect.objectContaining({ name: 'RewardError', code }));
});

const bugId = fc.constantFrom('a', 'b', 'c');
const solver = fc.record({
  role: fc.constant('solver' as const),
  bugId,
  order: fc.constantFrom(1 as const, 1 as const, 2 as const),
  status: fc.constantFrom<Ending[]>('solved', 'unsolved', 'infra', 'pending'),
});
const ofInjector = fc.record({
  role: fc.constant('injector' as const),
  groupId: fc.constantFrom('g', 'h'),
  status: fc.constantFrom('valid' as const, 'valid' as const, 'invalid' as const, 'gave-up' as const, 'infra' as const),
  bugId,
});
const episodes: fc.Arbitrary<Episode[]> = fc
  .array(fc.oneof({ weight: 4, arbitrary: solver }, { weight: 1, arbitrary: ofInjector }), {
    maxLength: 40,
    size: 'max',
  })
  .map((all) => all.map((each, index) => ({ ...each, id: `${index}` })));
const options = fc.record({ groupSize: fc.integer({ min: 1, max: 6 }), closed: fc.subarray(['a', 'b', 'c']) });

describe('whatever the episodes', () => {
  test('their order does not matter', () => {
    const shuffled = episodes.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, options, ([all, mixed], chosen) => {
        const byId = (list: readonly Episode[]) => new Map(settleRewards(list, chosen).map((each) => [each.id, each]));
        expect(byId(mixed)).toEqual(byId(all));
      }),
    );
  });

  test('a reward stands beside settled and nowhere else, and is one that Eq. 1 or 2 can give', () => {
    fc.assert(
      fc.property(episodes, options, (all, chosen) => {
        for (const { role, status, reward, components } of settleRewards(all, chosen)) {
          expect(reward === null).toBe(status !== 'settled');
          if (reward === null) continue;
          if (role === 'solver') expect(reward).toBe(2 * components.solved! - 1);
          else if (components.valid === 0) expect(reward).toBe(-1);
          else {
            expect(components.solve_rate).toBe(components.solved! / components.graded!);
            expect(reward).toBe(injectorReward({ valid: true, solveRate: components.solve_rate }));
          }
        }
      }),
    );
  });

  test('what was lost changes no reward but only how many there are', () => {
    const lost = fc.array(fc.tuple(bugId, fc.constantFrom(1 as const, 2 as const)), { maxLength: 5 });
    fc.assert(
      fc.property(episodes, lost, (all, losses) => {
        const closed = ['a', 'b', 'c'];
        const more = losses.map(
          ([bug, order], index): Episode => ({
            id: `lost${index}`,
            role: 'solver',
            bugId: bug,
            order,
            status: 'infra',
          }),
        );
        const rewards = (list: readonly Episode[]) =>
          settleRewards(list, { closed, groupSize: 1 }).map(({ id, reward }) => [id, reward]);
        const before = rewards(all);
        expect(rewards([...all, ...more]).slice(0, before.length)).toEqual(before);
      }),
    );
  });

  test('a pending attempt that ends changes no reward that was settled before', () => {
    fc.assert(
      fc.property(
        episodes,
        options,
        fc.constantFrom<Ending[]>('solved', 'unsolved', 'infra'),
        (all, chosen, ending) => {
          const ended = all.map(
            (each): Episode =>
              each.role === 'solver' && each.status === 'pending' ? { ...each, status: ending } : each,
          );
          const after = settleRewards([...all, ...ended], chosen);
          for (const [index, before] of settleRewards(all, chosen).entries())
            if (before.status !== 'pending')
              expect(after[index]).toMatchObject({ status: before.status, reward: before.reward });
        },
      ),
    );
  });
});
