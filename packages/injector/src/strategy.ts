import type { Random } from '@swe-selfplay/artifact';
import type { SourceCode } from './procedural/source-code.js';

/** A way to break code without a model. A new one is one file in strategies/ and one entry in STRATEGIES. */
export interface Strategy {
  readonly name: string;
  /** A change to try; undefined where this draw led to nothing. Decided by `random` alone. */
  propose(code: SourceCode, random: Random): Promise<Proposal | undefined>;
}

/** A change of behaviour that nobody has run yet. */
export interface Proposal {
  /** New text of each changed file. */
  readonly changes: ReadonlyMap<string, string>;
  /** What was done, for the provenance of the artifact. */
  readonly steps: readonly ProposalStep[];
}

export interface ProposalStep {
  readonly file: string;
  /** 1-based, in the original text. */
  readonly line: number;
  /** Qualified name of the function. */
  readonly place: string;
  readonly operator: string;
}
