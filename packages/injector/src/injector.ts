import type { StagePass, Trajectory } from '@swe-selfplay/adapter';
import type { BugArtifact, Environment } from '@swe-selfplay/artifact';
import type { TestRunner } from '@swe-selfplay/evaluation';

/** Whoever breaks code: a procedure or a policy. Equal seeds on equal environments give equal artifacts if it can. */
export interface Injector {
  readonly name: string;
  /** It enters the stages of `options.pass` itself; without, the whole of it counts as the conversation. */
  readonly hasStages?: boolean;
  inject(environment: Environment, options: InjectOptions): Promise<Injection>;
}

export interface InjectOptions {
  readonly seed: number;
  readonly runner: TestRunner;
  readonly signal?: AbortSignal | undefined;
  /** Seed that episodes of one group share, such as the draw of a prompt; default: `seed`. */
  readonly groupSeed?: number | undefined;
  /** Names the episode in its trajectory; default: made of the environment and the seed. */
  readonly trajectoryId?: string | undefined;
  /** The episode's place in a pipeline; an injector with stages says which it is in. */
  readonly pass?: StagePass | undefined;
  /** Called with the trajectory of each conversation, whatever its end. */
  readonly onTrajectory?: ((trajectory: Trajectory) => void) | undefined;
}

/** What one try of an injector gave. */
export type Injection =
  | { readonly status: 'submitted'; readonly artifact: BugArtifact }
  | { readonly status: 'gave-up'; readonly reason: string };
