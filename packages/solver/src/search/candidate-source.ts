import type { PythonFunction, PythonModule, TextRange } from '@swe-selfplay/python';

/** A function with the module it stands in; offsets of the one are offsets into the source of the other. */
export interface LocatedFunction {
  readonly path: string;
  readonly module: PythonModule;
  readonly definition: PythonFunction;
}

/** A change to one stretch of a file. */
export interface CandidateEdit extends TextRange {
  readonly replacement: string;
}

/** One way to think of repairs for a function that may hold the fault. */
export interface CandidateSource {
  readonly name: string;
  /** How often it is drawn against the other sources; may depend on the function. */
  weight(target: LocatedFunction): number;
  /** Repairs of `target`; `donors` are functions like it, the most similar first. In a fixed order. */
  candidates(target: LocatedFunction, donors: readonly LocatedFunction[]): CandidateEdit[];
}
