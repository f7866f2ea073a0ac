/** How full a stage is. */
export interface StageCounts {
  /** Episodes that have a place. Never more than the stage has places. */
  readonly busy: number;
  /** Episodes that wait for a place; they may have one in the stage before. */
  readonly waiting: number;
  /** The most there have been at once. */
  readonly peakBusy: number;
  readonly peakWaiting: number;
}

/** Somebody who wants a place. */
export interface Waiter {
  readonly group: string;
  /** Called once, when the place is given: at once, or from a later call of `leave`. */
  admit(): void;
}

/** The places of one stage and the queue before them. */
export interface DispatcherQueue {
  enter(waiter: Waiter): void;
  /** Takes out somebody who still waits. */
  withdraw(waiter: Waiter): void;
  /** Gives up one place. */
  leave(): void;
  /** Drops what is remembered of a group that has nobody left. */
  forget(group: string): void;
  counts(): StageCounts;
}

/**
 * Hands out `places` fairly: next is the group that was served longest ago, and in it who came first. A group that is
 * not known yet counts as served when it came, so nobody is overtaken by those who come later: while a group waits, each
 * other group is served at most once, whether it holds one episode or a thousand, and however many new groups arrive.
 */
export function createDispatcherQueue(places: number): DispatcherQueue {
  const waiting = new Map<string, Set<Waiter>>();
  /** When each group was served last, as a count of events. */
  const lastServed = new Map<string, number>();
  let clock = 0;
  let busy = 0;
  let waitingCount = 0;
  let peakBusy = 0;
  let peakWaiting = 0;

  function admitNext(): void {
    while (busy < places && waitingCount > 0) {
      const waiter = nextWaiter();
      remove(waiter);
      busy += 1;
      peakBusy = Math.max(peakBusy, busy);
      clock += 1;
      lastServed.set(waiter.group, clock);
      waiter.admit();
    }
  }

  function nextWaiter(): Waiter {
    let next: { readonly waiters: Set<Waiter>; readonly servedAt: number } | undefined;
    for (const [group, waiters] of waiting) {
      const servedAt = lastServed.get(group)!;
      if (next === undefined || servedAt < next.servedAt) next = { waiters, servedAt };
    }
    const [first] = next!.waiters;
    return first!;
  }

  function remove(waiter: Waiter): void {
    const waiters = waiting.get(waiter.group);
    if (waiters === undefined || !waiters.delete(waiter)) return;
    waitingCount -= 1;
    if (waiters.size === 0) waiting.delete(waiter.group);
  }

  return {
    enter(waiter) {
      const { group } = waiter;
      if (!lastServed.has(group)) {
        clock += 1;
        lastServed.set(group, clock);
      }
      const waiters = waiting.get(group) ?? new Set();
      waiting.set(group, waiters.add(waiter));
      waitingCount += 1;
      admitNext();
      peakWaiting = Math.max(peakWaiting, waitingCount);
    },
    withdraw: remove,
    leave() {
      busy -= 1;
      admitNext();
    },
    forget(group) {
      lastServed.delete(group);
    },
    counts: () => ({ busy, waiting: waitingCount, peakBusy, peakWaiting }),
  };
}
