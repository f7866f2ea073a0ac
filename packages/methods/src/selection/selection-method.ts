/** The methods by which an attempt is chosen, by their names on the command line. */
export const SELECTION_METHODS = ['kimi-dev', 'swe-swiss', 'deepswe', 'swe-rl', 'critic', 'infcode'] as const;

export type SelectionMethod = (typeof SELECTION_METHODS)[number];

/** What a method has executed, and what it reads besides. */
export interface SelectionNeeds {
  /** The task's own suite with every patch. */
  readonly regressions: boolean;
  /** Every written test that fails on the task with every patch. */
  readonly writtenTests: boolean;
  /** `score` of the candidates. */
  readonly scores: boolean;
}

/** What each method needs; nothing else is executed for it. */
export const SELECTION_NEEDS: Readonly<Record<SelectionMethod, SelectionNeeds>> = {
  'kimi-dev': { regressions: false, writtenTests: true, scores: false },
  'swe-swiss': { regressions: true, writtenTests: true, scores: false },
  deepswe: { regressions: true, writtenTests: true, scores: true },
  'swe-rl': { regressions: true, writtenTests: true, scores: false },
  critic: { regressions: true, writtenTests: true, scores: true },
  infcode: { regressions: true, writtenTests: true, scores: false },
};
