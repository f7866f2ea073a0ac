import type { Stage, StagePass } from '@swe-selfplay/adapter';
import type { DispatcherQueue, Waiter } from './dispatcher-queue.js';

/** The stages in the order in which an episode goes through them. */
export const STAGES: readonly Stage[] = ['prepare', 'run', 'judge'];

export type DispatcherQueues = Readonly<Record<Stage, DispatcherQueue>>;

/** A pass and, for the dispatcher only, the ways to end it. */
export interface DispatcherPass extends StagePass {
  /** Stops waiting, without giving up a place yet. */
  stopWaiting(): void;
  /** Rejects what waited and gives up the place. */
  dismiss(reason: unknown): void;
  /** The same for good: the episode has ended. */
  close(): void;
}

export interface PassEvents {
  /** Throws where nothing may be entered any more. */
  onEnter(): void;
  onWait(pass: DispatcherPass): void;
  onWaitEnd(pass: DispatcherPass): void;
}

/**
 * The place of one episode. A place is held while the next one is waited for only on the way forward: whoever waits holds
 * a place of an earlier stage or none, and the last stage waits for nobody, so no circle of waiting can close. That is
 * why entering an earlier stage gives up the place first.
 */
export function createDispatcherPass(group: string, queues: DispatcherQueues, events: PassEvents): DispatcherPass {
  let held: Stage | undefined;
  let wait: { readonly stage: Stage; readonly waiter: Waiter; reject(reason: unknown): void } | undefined;
  let isClosed = false;

  function giveUp(): void {
    if (held === undefined) return;
    const stage = held;
    held = undefined;
    queues[stage].leave();
  }

  function waitFor(stage: Stage): Promise<void> {
    const { promise, resolve, reject } = withResolvers();
    // What an episode no longer waits for may be rejected; that is nobody's unhandled error.
    promise.catch(() => {});
    const waiter: Waiter = {
      group,
      admit() {
        wait = undefined;
        events.onWaitEnd(pass);
        giveUp();
        held = stage;
        resolve();
      },
    };
    wait = { stage, waiter, reject };
    events.onWait(pass);
    queues[stage].enter(waiter);
    return promise;
  }

  const pass: DispatcherPass = {
    async enter(stage) {
      if (isClosed) throw new TypeError(`Expected no stage to be entered after the episode, got ${stage}.`);
      if (wait !== undefined) throw new TypeError(`Expected one enter at a time: ${wait.stage} is still waited for.`);
      events.onEnter();
      if (held === stage) return;
      if (held !== undefined && STAGES.indexOf(stage) < STAGES.indexOf(held)) giveUp();
      await waitFor(stage);
    },
    stopWaiting() {
      if (wait !== undefined) queues[wait.stage].withdraw(wait.waiter);
    },
    dismiss(reason) {
      pass.stopWaiting();
      const ended = wait;
      wait = undefined;
      if (ended !== undefined) events.onWaitEnd(pass);
      giveUp();
      ended?.reject(reason);
    },
    close() {
      isClosed = true;
      pass.dismiss(new TypeError('Expected the episode to wait for the stage it enters; it ended before.'));
    },
  };
  return pass;
}

function withResolvers(): { promise: Promise<void>; resolve(): void; reject(reason: unknown): void } {
  let settle!: { resolve(): void; reject(reason: unknown): void };
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
}
