import type { BugArtifact } from '@swe-selfplay/artifact';
import type { Injector } from '@swe-selfplay/injector';
import type { Solver, Submission } from '@swe-selfplay/solver';

/** An injector that hands in what it is told to, by the number of its episode, and counts them. */
export function createScriptedInjector(
  episode: (number: number) => Promise<BugArtifact | undefined>,
): Injector & { readonly episodes: number } {
  let episodes = 0;
  return {
    name: 'scripted',
    get episodes() {
      return episodes;
    },
    async inject() {
      episodes += 1;
      const artifact = await episode(episodes);
      if (artifact === undefined) return { status: 'gave-up', reason: 'The script says so.' };
      return { status: 'submitted', artifact };
    },
  };
}

/** A solver that does what it is told by the order of the task, and keeps the seeds that it was given. */
export function createScriptedSolver(
  episode: (order: 1 | 2, seed: number, signal: AbortSignal | undefined) => Promise<Submission>,
): Solver & { readonly seeds: readonly number[] } {
  const seeds: number[] = [];
  return {
    name: 'scripted',
    seeds,
    async solve(view, { seed, signal }) {
      seeds.push(seed);
      return episode(view.order, seed, signal);
    },
  };
}

export function submitted(predPatch: Uint8Array): Submission {
  return { status: 'submitted', predPatch };
}
