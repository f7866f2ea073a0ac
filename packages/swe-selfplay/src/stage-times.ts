import type { Stage, StagePass } from '@swe-selfplay/adapter';

/** Milliseconds that an episode spent in each stage and waited for it, rounded; keys such as `run` and `run_wait`. */
export type StageTimes = Readonly<Record<string, number>>;

/** The same pass, and the time spent in each of its stages so far. */
export function timeStages(pass: StagePass): { readonly pass: StagePass; times(): StageTimes } {
  const times = new Map<string, number>();
  let stage: Stage | undefined;
  let since = performance.now();
  const book = (name: string | undefined) => {
    const now = performance.now();
    if (name !== undefined) times.set(name, (times.get(name) ?? 0) + now - since);
    since = now;
  };
  return {
    pass: {
      async enter(next) {
        if (next === stage) return;
        book(stage);
        await pass.enter(next);
        book(`${next}_wait`);
        stage = next;
      },
    },
    times() {
      book(stage);
      return Object.fromEntries([...times].map(([name, ms]) => [name, Math.round(ms)]));
    },
  };
}
