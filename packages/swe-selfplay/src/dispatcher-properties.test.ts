import { setImmediate } from 'node:timers/promises';
import type { Stage, StagePass } from '@swe-selfplay/adapter';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDispatcher } from './dispatcher.js';

const STAGES = ['prepare', 'run', 'judge'] as const;

type Bounds = Readonly<Record<Stage, number>>;
type Step =
  | { readonly what: 'begin'; readonly group: string }
  | { readonly what: 'enter'; readonly who: number; readonly stage: Stage }
  | { readonly what: 'abort' | 'return' | 'throw'; readonly who: number };

const who = fc.nat(30);
const group = fc.constantFrom('a', 'b', 'c');
const stage = fc.constantFrom(...STAGES);
const ending = fc.constantFrom('abort' as const, 'return' as const, 'throw' as const);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ what: fc.constant('begin' as const), group }) },
    { weight: 9, arbitrary: fc.record({ what: fc.constant('enter' as const), who, stage }) },
    { weight: 3, arbitrary: fc.record({ what: ending, who }) },
  ),
  { maxLength: 60, size: 'max' },
);
const places = fc.integer({ min: 1, max: 3 });
const bounds = fc.record({ prepare: places, run: places, judge: places });

interface Episode {
  readonly group: string;
  held?: Stage | undefined;
  wanted?: { readonly stage: Stage; readonly since: number } | undefined;
  isAborted?: boolean;
  isEnded?: boolean;
}

/** What a dispatcher has to do, said plainly: everybody in one list, looked through from its start. */
class Model {
  readonly episodes: Episode[] = [];
  readonly served: { stage: Stage; group: string; since: number; at: number }[] = [];
  readonly #turns = new Map<string, number>();
  readonly #bounds: Bounds;
  #clock = 0;

  constructor(limits: Bounds) {
    this.#bounds = limits;
  }

  enter(episode: Episode, next: Stage): void {
    if (episode.held === next) return;
    if (episode.held && STAGES.indexOf(next) < STAGES.indexOf(episode.held)) this.leave(episode);
    const turn = `${next} ${episode.group}`;
    if (!this.#turns.has(turn)) this.#turns.set(turn, ++this.#clock);
    episode.wanted = { stage: next, since: ++this.#clock };
    this.#serve();
  }

  leave(episode: Episode): void {
    episode.wanted = undefined;
    episode.held = undefined;
    this.#serve();
  }

  end(episode: Episode): void {
    episode.isEnded = true;
    this.leave(episode);
    const isLast = this.episodes.every((other) => other.group !== episode.group || other.isEnded);
    if (isLast) for (const each of STAGES) this.#turns.delete(`${each} ${episode.group}`);
  }

  count(state: 'busy' | 'waiting', at: Stage): number {
    return this.episodes.filter(({ held, wanted }) => at === (state === 'busy' ? held : wanted?.stage)).length;
  }

  #serve(): void {
    for (const at of STAGES) {
      if (this.count('busy', at) >= this.#bounds[at]) continue;
      const turnOf = (episode: Episode) => this.#turns.get(`${at} ${episode.group}`)!;
      const [next] = this.episodes
        .filter(({ wanted }) => wanted?.stage === at)
        .sort((left, right) => turnOf(left) - turnOf(right) || left.wanted!.since - right.wanted!.since);
      if (next === undefined) continue;
      this.#clock += 1;
      this.#turns.set(`${at} ${next.group}`, this.#clock);
      this.served.push({ stage: at, group: next.group, since: next.wanted!.since, at: this.#clock });
      next.wanted = undefined;
      next.held = at;
      this.#serve();
      return;
    }
  }
}

/** The dispatcher and its model, played side by side one step at a time. */
function createMatch(limits: Bounds) {
  const dispatcher = createDispatcher(limits);
  const model = new Model(limits);
  const players: { pass: StagePass; result: Promise<unknown>; abort: AbortController; end(how: string): void }[] = [];
  const entering = new Map<Episode, { state: 'pending' | 'entered' | Error }>();

  async function begin(name: string): Promise<void> {
    const abort = new AbortController();
    let pass!: StagePass;
    let end!: (how: string) => void;
    const result = dispatcher
      .episode({ group: name, signal: abort.signal }, (given) => {
        pass = given;
        return new Promise<string>((resolve, reject) => {
          end = (how) => (how === 'throw' ? reject(new Error('thrown')) : resolve('return'));
        });
      })
      .catch((error: Error) => (error.message === 'thrown' ? 'throw' : error));
    model.episodes.push({ group: name });
    players.push({ pass, result, abort, end });
  }

  function enter(index: number, next: Stage): void {
    const episode = model.episodes[index]!;
    const state: { state: 'pending' | 'entered' | Error } = { state: 'pending' };
    players[index]!.pass.enter(next).then(
      () => {
        state.state = 'entered';
      },
      (error: Error) => {
        state.state = error;
      },
    );
    entering.set(episode, state);
    model.enter(episode, next);
  }

  async function end(index: number, how: 'abort' | 'return' | 'throw'): Promise<void> {
    const [episode, player] = [model.episodes[index]!, players[index]!];
    const waits = episode.wanted !== undefined;
    if (how === 'abort') {
      const reason = new Error('aborted');
      player.abort.abort(reason);
      episode.isAborted = true;
      if (waits) model.leave(episode);
      await setImmediate();
      if (waits) expect(entering.get(episode)!.state).toBe(reason);
    } else {
      player.end(how);
      expect(await player.result).toBe(how);
      model.end(episode);
      await setImmediate();
      if (waits) expect(entering.get(episode)!.state).toBeInstanceOf(TypeError);
    }
    if (waits) entering.delete(episode);
  }

  async function compare(): Promise<void> {
    await setImmediate();
    const counts = dispatcher.counts();
    for (const at of STAGES) {
      const { busy, waiting, peakBusy } = counts[at];
      expect([at, busy, waiting]).toEqual([at, model.count('busy', at), model.count('waiting', at)]);
      expect(peakBusy).toBeLessThanOrEqual(limits[at]);
    }
    for (const [episode, { state }] of entering) expect(state).toBe(episode.wanted ? 'pending' : 'entered');
  }

  return { dispatcher, model, begin, enter, end, compare };
}

async function play(limits: Bounds, plan: readonly Step[]) {
  const match = createMatch(limits);
  const { model } = match;
  for (const step of plan) {
    if (step.what === 'begin') {
      await match.begin(step.group);
      continue;
    }
    const index = step.who % Math.max(1, model.episodes.length);
    const episode = model.episodes[index];
    if (episode === undefined || episode.isEnded) continue;
    if (step.what !== 'enter') await match.end(index, step.what);
    else if (!episode.isAborted && !episode.wanted) match.enter(index, step.stage);
    await match.compare();
  }
  return match;
}

test('does what its model does, whatever episodes do; who waits is served as others end, and no place is lost', async () => {
  await fc.assert(
    fc.asyncProperty(bounds, steps, async (limits, plan) => {
      const { dispatcher, model, end, compare } = await play(limits, plan);
      for (;;) {
        const index = model.episodes.findIndex(({ isEnded, wanted }) => !isEnded && !wanted);
        if (index < 0) break;
        await end(index, 'return');
        await compare();
      }
      expect(model.episodes.filter(({ isEnded }) => !isEnded)).toEqual([]);
      for (const at of STAGES) expect(dispatcher.counts()[at]).toMatchObject({ busy: 0, waiting: 0 });
    }),
    { numRuns: 200 },
  );
});

test('while the first of a group waits, no other group is served twice', async () => {
  await fc.assert(
    fc.asyncProperty(bounds, steps, async (limits, plan) => {
      const { model } = await play(limits, plan);
      for (const { stage: at, group: own, since, at: until } of model.served) {
        const meanwhile = model.served
          .filter((other) => other.stage === at && other.at > since && other.at < until)
          .map((other) => other.group);
        if (!meanwhile.includes(own)) expect(new Set(meanwhile).size).toBe(meanwhile.length);
      }
    }),
    { numRuns: 100 },
  );
});

test('episodes that go through the stages in any order all come to their end', async () => {
  const journey = fc.record({ group, stages: fc.array(stage, { maxLength: 6 }), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(bounds, fc.array(journey, { minLength: 1, maxLength: 40, size: 'max' }), async (limits, plan) => {
      const dispatcher = createDispatcher(limits);
      const inside: Record<Stage, number> = { prepare: 0, run: 0, judge: 0 };
      const visit = async (at: Stage) => {
        inside[at] += 1;
        expect(inside[at]).toBeLessThanOrEqual(limits[at]);
        await setImmediate();
        inside[at] -= 1;
      };
      const ends = await Promise.allSettled(
        plan.map((each) =>
          dispatcher.episode(each, async (pass) => {
            for (const next of each.stages) {
              await pass.enter(next);
              await visit(next);
            }
            if (each.fails) throw new Error('failed');
          }),
        ),
      );
      expect(ends.map(({ status }) => status)).toEqual(plan.map(({ fails }) => (fails ? 'rejected' : 'fulfilled')));
      for (const at of STAGES) expect(dispatcher.counts()[at]).toMatchObject({ busy: 0, waiting: 0 });
    }),
    { numRuns: 100 },
  );
});
