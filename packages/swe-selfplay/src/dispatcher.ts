import type { Stage, StagePass } from '@swe-selfplay/adapter';
import { createDispatcherPass, type DispatcherPass, type DispatcherQueues, STAGES } from './dispatcher-pass.js';
import { createDispatcherQueue, type StageCounts } from './dispatcher-queue.js';
import { RunError } from './run-error.js';

export type { StageCounts } from './dispatcher-queue.js';

/** How episodes share the machine; the three that SkyRL-Agent compares (arXiv 2511.16108). */
export type DispatchStrategy = 'pipeline' | 'bounded' | 'all-at-once';

const DISPATCH_STRATEGIES: readonly DispatchStrategy[] = ['pipeline', 'bounded', 'all-at-once'];

export interface DispatcherOptions {
  /**
   * `pipeline`: each stage has its own places, and stages of different episodes overlap. `bounded`: at most `run`
   * episodes are under way, each from its first stage to its end; the other bounds mean nothing. `all-at-once`: every
   * episode begins at once, and no bound means anything. Default `pipeline`; the others are there to be compared with.
   */
  readonly strategy?: DispatchStrategy | undefined;
  /** Workspaces that are prepared or wait for a conversation, at most; a whole number from 1 up. */
  readonly prepare: number;
  /** Conversations that are held or wait for judgement, at most. They cost sockets and memory, not cores. */
  readonly run: number;
  /** Episodes that are judged, at most; as many as there are cores, or a few more. */
  readonly judge: number;
  readonly signal?: AbortSignal | undefined;
}

export interface EpisodeRequest {
  /** Episodes that are learnt from together, such as the attempts on one bug. */
  readonly group: string;
  readonly signal?: AbortSignal | undefined;
}

/** Plays many episodes at once, each stage with a bound of its own. */
export interface Dispatcher {
  /**
   * Plays an episode to its end and hands on what `play` gives or throws. `play` enters stages as it goes and holds none
   * before it enters one; its place is given up when it settles. It must not wait for another episode of the same
   * dispatcher while it holds a place: that one may need the place.
   *
   * Rejects with the reason of the first signal that is aborted where `play` has not begun.
   */
  episode<Result>(request: EpisodeRequest, play: (pass: StagePass) => Promise<Result>): Promise<Result>;
  /** How full the stages are now and were at most. */
  counts(): Readonly<Record<Stage, StageCounts>>;
}

/**
 * A pipeline of bounded stages, as the asynchronous dispatcher of SkyRL-Agent (arXiv 2511.16108): prepare needs disk, run
 * waits for the model, judge needs cores, and different episodes are in different stages at the same time.
 *
 * - Back-pressure: an episode gives up its place only when it has the next one. At most `prepare` workspaces are ready
 *   before a conversation is free, at most `run` conversations before they can be judged.
 * - Fair: in each stage the group that was served longest ago comes next, see `createDispatcherQueue`.
 * - Groups finish: each stage has places of its own, which nothing but itself can take, so what has come far is never
 *   held up by what begins, and later stages drain first. Within a stage groups take turns, which lets a group end late
 *   where many begin at once; whoever wants groups to end early begins fewer of them. The other rule, oldest group first,
 *   would let one slow group of a thousand hold up all the others.
 * - No deadlock, for any bounds from 1 up, see `createDispatcherPass`.
 * - An abort of either signal rejects what waits at once, with the signal's reason, and frees its places. What runs is
 *   for `play` to end; its place is freed then.
 *
 * Throws RunError `invalid-options` for a strategy that is none and a bound that is no whole number from 1 up.
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const strategy = checkedStrategy(options.strategy);
  const runPlaces = checkedPlaces('run', options.run);
  const queues: DispatcherQueues = {
    prepare: createDispatcherQueue(checkedPlaces('prepare', options.prepare)),
    run: createDispatcherQueue(strategy === 'all-at-once' ? Number.POSITIVE_INFINITY : runPlaces),
    judge: createDispatcherQueue(checkedPlaces('judge', options.judge)),
  };
  const episodesOfGroup = new Map<string, number>();
  const watch = createSignalWatch();

  function addEpisode(group: string, count: 1 | -1): void {
    const episodes = (episodesOfGroup.get(group) ?? 0) + count;
    if (episodes > 0) {
      episodesOfGroup.set(group, episodes);
      return;
    }
    episodesOfGroup.delete(group);
    for (const stage of STAGES) queues[stage].forget(group);
  }

  return {
    async episode({ group, signal }, play) {
      const signals = [options.signal, signal].filter((each) => each !== undefined);
      const throwIfAborted = () => {
        for (const each of signals) each.throwIfAborted();
      };
      throwIfAborted();
      const pass = createDispatcherPass(group, queues, {
        onEnter: throwIfAborted,
        onWait: (waiting) => watch.add(waiting, signals),
        onWaitEnd: (waiting) => watch.remove(waiting, signals),
      });
      addEpisode(group, 1);
      try {
        return await play({ enter: (stage) => pass.enter(strategy === 'pipeline' ? stage : 'run') });
      } finally {
        pass.close();
        addEpisode(group, -1);
      }
    },
    counts: () => ({
      prepare: queues.prepare.counts(),
      run: queues.run.counts(),
      judge: queues.judge.counts(),
    }),
  };
}

function checkedStrategy(strategy: DispatchStrategy = 'pipeline'): DispatchStrategy {
  if (DISPATCH_STRATEGIES.includes(strategy)) return strategy;
  const expected = DISPATCH_STRATEGIES.join(', ');
  throw new RunError('invalid-options', `Expected strategy to be one of ${expected}, got ${String(strategy)}.`);
}

function checkedPlaces(stage: Stage, places: number): number {
  if (Number.isSafeInteger(places) && places >= 1) return places;
  throw new RunError('invalid-options', `Expected ${stage} to be a whole number from 1 up, got ${String(places)}.`);
}

/** Who waits under which signal. One listener for each signal, however many wait: they may be thousands. */
function createSignalWatch() {
  const watched = new Map<AbortSignal, { readonly passes: Set<DispatcherPass>; readonly listener: () => void }>();

  function dismissAll(signal: AbortSignal): void {
    const passes = [...(watched.get(signal)?.passes ?? [])];
    // First all leave the queues, lest a place that one of them frees is given to another that is dismissed as well.
    for (const pass of passes) pass.stopWaiting();
    for (const pass of passes) pass.dismiss(signal.reason);
  }

  return {
    add(pass: DispatcherPass, signals: readonly AbortSignal[]): void {
      for (const signal of signals) {
        let entry = watched.get(signal);
        if (entry === undefined) {
          entry = { passes: new Set(), listener: () => dismissAll(signal) };
          watched.set(signal, entry);
          signal.addEventListener('abort', entry.listener);
        }
        entry.passes.add(pass);
      }
    },
    remove(pass: DispatcherPass, signals: readonly AbortSignal[]): void {
      for (const signal of signals) {
        const entry = watched.get(signal);
        if (entry === undefined) continue;
        entry.passes.delete(pass);
        if (entry.passes.size > 0) continue;
        watched.delete(signal);
        signal.removeEventListener('abort', entry.listener);
      }
    },
  };
}
