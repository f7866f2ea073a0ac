import { setImmediate } from 'node:timers/promises';
import type { Stage, StagePass } from '@swe-selfplay/adapter';
import { describe, expect, test } from 'vitest';
import { createDispatcher, type Dispatcher } from './dispatcher.js';

const STAGES = ['prepare', 'run', 'judge'] as const;
const ONE = { prepare: 1, run: 1, judge: 1 };

/** An episode that does what the test tells it, one step at a time. */
interface Puppet {
  readonly group: string;
  readonly pass: StagePass;
  readonly result: Promise<unknown>;
  readonly abort: AbortController;
  end(how?: 'throw'): void;
}

async function begin(dispatcher: Dispatcher, group: string): Promise<Puppet> {
  const abort = new AbortController();
  let pass!: StagePass;
  let end!: Puppet['end'];
  const result = dispatcher
    .episode({ group, signal: abort.signal }, (given) => {
      pass = given;
      return new Promise((resolve, reject) => {
        end = (how) => (how === 'throw' ? reject(new Error('thrown')) : resolve(group));
      });
    })
    .catch((error: unknown) => error);
  await setImmediate();
  return { group, pass, result, abort, end };
}

/** Whether a promise has settled, and how. */
async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'fulfilled' | 'rejected'> {
  const settled = promise.then(
    () => 'fulfilled' as const,
    () => 'rejected' as const,
  );
  return Promise.race([settled, setImmediate('pending' as const)]);
}

/** Plays episodes with one group name each; `order` is that in which they got into the stage. */
async function orderOfService(groups: readonly string[], stage: Stage): Promise<string[]> {
  const dispatcher = createDispatcher({ prepare: 100, run: 100, judge: 100, [stage]: 1 });
  const order: string[] = [];
  await Promise.all(
    groups.map((group, index) =>
      dispatcher.episode({ group }, async (pass) => {
        await pass.enter(stage);
        order.push(`${group}${index}`);
        await setImmediate();
      }),
    ),
  );
  return order;
}

function busyOf(dispatcher: Dispatcher): number[] {
  return STAGES.map((stage) => dispatcher.counts()[stage].busy);
}

function waitingOf(dispatcher: Dispatcher): number[] {
  return STAGES.map((stage) => dispatcher.counts()[stage].waiting);
}

describe('an episode', () => {
  test('gives up its place only when it has the next one', async () => {
    const dispatcher = createDispatcher(ONE);
    const [first, second, third] = [
      await begin(dispatcher, 'a'),
      await begin(dispatcher, 'b'),
      await begin(dispatcher, 'c'),
    ];
    await first.pass.enter('prepare');
    await first.pass.enter('run');
    await second.pass.enter('prepare');
    const held = second.pass.enter('run');
    const behind = third.pass.enter('prepare');
    expect(await stateOf(held)).toBe('pending');
    expect(await stateOf(behind)).toBe('pending');
    expect([busyOf(dispatcher), waitingOf(dispatcher)]).toEqual([
      [1, 1, 0],
      [1, 1, 0],
    ]);
    await first.pass.enter('judge');
    await held;
    await behind;
    expect(busyOf(dispatcher)).toEqual([1, 1, 1]);
    for (const puppet of [first, second, third]) puppet.end();
    await Promise.all([first.result, second.result, third.result]);
    expect(busyOf(dispatcher)).toEqual([0, 0, 0]);
    expect(dispatcher.counts().prepare).toEqual({ busy: 0, waiting: 0, peakBusy: 1, peakWaiting: 1 });
  });

  test('hands on what it gives and what it throws', async () => {
    const dispatcher = createDispatcher(ONE);
    const enter = (pass: StagePass) => pass.enter('run');
    await expect(dispatcher.episode({ group: 'a' }, (pass) => enter(pass).then(() => 42))).resolves.toBe(42);
    const failing = dispatcher.episode({ group: 'a' }, async (pass) => {
      await enter(pass);
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    expect(busyOf(dispatcher)).toEqual([0, 0, 0]);
  });

  test('stays where it is when it enters its stage again', async () => {
    const dispatcher = createDispatcher(ONE);
    const puppet = await begin(dispatcher, 'a');
    await puppet.pass.enter('run');
    await puppet.pass.enter('run');
    expect(busyOf(dispatcher)).toEqual([0, 1, 0]);
  });

  test('may begin again: it gives up its place first, so that nobody waits in a circle', async () => {
    const dispatcher = createDispatcher(ONE);
    const [first, second] = [await begin(dispatcher, 'a'), await begin(dispatcher, 'b')];
    await first.pass.enter('run');
    await second.pass.enter('prepare');
    const forward = second.pass.enter('run');
    const back = first.pass.enter('prepare');
    await Promise.all([forward, back]);
    expect(busyOf(dispatcher)).toEqual([1, 1, 0]);
  });

  test('enters nothing more once it has ended, and leaves no wait behind', async () => {
    const dispatcher = createDispatcher(ONE);
    const [first, second] = [await begin(dispatcher, 'a'), await begin(dispatcher, 'b')];
    await first.pass.enter('run');
    const waiting = second.pass.enter('run');
    second.end();
    await second.result;
    await expect(waiting).rejects.toThrow('ended before');
    await expect(second.pass.enter('run')).rejects.toThrow(TypeError);
    first.end();
    await first.result;
    expect([busyOf(dispatcher), waitingOf(dispatcher)]).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test('enters one stage at a time', async () => {
    const dispatcher = createDispatcher(ONE);
    const [first, second] = [await begin(dispatcher, 'a'), await begin(dispatcher, 'b')];
    await first.pass.enter('run');
    const waiting = second.pass.enter('run');
    await expect(second.pass.enter('judge')).rejects.toThrow('one enter at a time');
    first.end();
    await waiting;
    expect(busyOf(dispatcher)).toEqual([0, 1, 0]);
  });
});

describe('fairness', () => {
  test.each(STAGES)('%s: a group of one waits for no more than one episode of a large group', async (stage) => {
    const order = await orderOfService([...Array<string>(50).fill('a'), 'b', 'c'], stage);
    // a0 got its place before the others came, a1 was there before them.
    expect(order.slice(0, 5)).toEqual(['a0', 'a1', 'b50', 'c51', 'a2']);
  });

  test('groups take turns, and within a group who came first is first', async () => {
    const order = await orderOfService(['a', 'a', 'a', 'b', 'b', 'b'], 'run');
    expect(order).toEqual(['a0', 'a1', 'b3', 'a2', 'b4', 'b5']);
  });

  test('a stream of new groups does not hold up an old one', async () => {
    const dispatcher = createDispatcher(ONE);
    const holder = await begin(dispatcher, 'holder');
    await holder.pass.enter('run');
    let current = holder;
    const old = await begin(dispatcher, 'old');
    const oldEnters = old.pass.enter('run');
    for (let index = 0; index < 3; index += 1) {
      const fresh = await begin(dispatcher, `fresh${index}`);
      const freshEnters = fresh.pass.enter('run');
      current.end();
      await current.result;
      if ((await stateOf(oldEnters)) === 'fulfilled') {
        expect(index).toBe(0);
        return;
      }
      await freshEnters;
      current = fresh;
    }
    expect.unreachable();
  });
});

describe('cancellation', () => {
  test('rejects one waiting episode with the reason of its signal and lets the next pass', async () => {
    const dispatcher = createDispatcher(ONE);
    const [first, second, third] = [
      await begin(dispatcher, 'a'),
      await begin(dispatcher, 'b'),
      await begin(dispatcher, 'c'),
    ];
    await first.pass.enter('run');
    await second.pass.enter('prepare');
    const cancelled = second.pass.enter('run');
    const behind = third.pass.enter('prepare');
    const reason = new Error('enough');
    second.abort.abort(reason);
    await expect(cancelled).rejects.toBe(reason);
    await behind;
    await expect(second.pass.enter('run')).rejects.toBe(reason);
    expect([busyOf(dispatcher), waitingOf(dispatcher)]).toEqual([
      [1, 1, 0],
      [0, 0, 0],
    ]);
  });

  test('of the dispatcher rejects everybody who waits, and nobody gets in instead', async () => {
    const stop = new AbortController();
    const dispatcher = createDispatcher({ ...ONE, signal: stop.signal });
    const puppets = await Promise.all(Array.from({ length: 40 }, (_, index) => begin(dispatcher, `group${index % 4}`)));
    await puppets[0]!.pass.enter('run');
    await puppets[1]!.pass.enter('prepare');
    const waits = puppets.slice(1).map(({ pass }, index) => pass.enter(index % 2 ? 'prepare' : 'run'));
    const reason = new Error('stopped');
    stop.abort(reason);
    const ends = await Promise.allSettled(waits);
    expect(ends.every((end) => end.status === 'rejected' && end.reason === reason)).toBe(true);
    expect([busyOf(dispatcher), waitingOf(dispatcher)]).toEqual([
      [0, 1, 0],
      [0, 0, 0],
    ]);
    await expect(dispatcher.episode({ group: 'late' }, () => expect.unreachable())).rejects.toBe(reason);
  });
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a bound of %d', (bound) => {
  expect(() => createDispatcher({ ...ONE, judge: bound })).toThrow(
    expect.objectContaining({ name: 'RunError', code: 'invalid-options' }),
  );
});

describe('the strategy', () => {
  /** Episodes that go through all stages; the most that were under way and that judged at once. */
  async function peaksOf(strategy: 'pipeline' | 'bounded' | 'all-at-once') {
    const dispatcher = createDispatcher({ strategy, prepare: 1, run: 3, judge: 1 });
    const now = { underWay: 0, judging: 0 };
    const peaks = { underWay: 0, judging: 0 };
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        dispatcher.episode({ group: `${index % 2}` }, async (pass) => {
          await pass.enter('prepare');
          now.underWay += 1;
          peaks.underWay = Math.max(peaks.underWay, now.underWay);
          await setImmediate();
          await pass.enter('run');
          await setImmediate();
          await pass.enter('judge');
          now.judging += 1;
          peaks.judging = Math.max(peaks.judging, now.judging);
          await setImmediate();
          now.judging -= 1;
          now.underWay -= 1;
        }),
      ),
    );
    return peaks;
  }

  test('pipeline bounds each stage', async () => {
    const { underWay, judging } = await peaksOf('pipeline');
    expect(judging).toBe(1);
    expect(underWay).toBeLessThanOrEqual(5);
  });

  test('bounded holds a place from the first stage to the end', async () => {
    expect(await peaksOf('bounded')).toEqual({ underWay: 3, judging: 3 });
  });

  test('all-at-once lets everybody in', async () => {
    expect(await peaksOf('all-at-once')).toEqual({ underWay: 12, judging: 12 });
  });

  test('that is none is refused', () => {
    const strategy = 'fifo' as 'pipeline';
    expect(() => createDispatcher({ ...ONE, strategy })).toThrow(
      expect.objectContaining({ name: 'RunError', code: 'invalid-options' }),
    );
  });
});
