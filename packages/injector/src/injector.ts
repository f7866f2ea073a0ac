import type { BugArtifact, Environment } from '@swe-selfplay/artifact';
import type { TestRunner } from '@swe-selfplay/evaluation';

/** Whoever breaks code: a procedure or a policy. Equal seeds on equal environments give equal artifacts if it can. */
export interface Injector {
  readonly name: string;
  inject(environment: Environment, options: InjectOptions): Promise<Injection>;
}

export interface InjectOptions {
  readonly seed: number;
  readonly runner: TestRunner;
  readonly signal?: AbortSignal | undefined;
}

/** What one try of an injector gave. */
export type Injection =
  | { readonly status: 'submitted'; readonly artifact: BugArtifact }
  | { readonly status: 'gave-up'; readonly reason: string };
