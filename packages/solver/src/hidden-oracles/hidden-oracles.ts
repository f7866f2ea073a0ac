/** How much of FAIL_TO_PASS a solver is not to be shown. */
export interface HiddenOracleRequest {
  /** Share of the ids that is to be private, 0..1; what comes nearest from below is taken, and at least one id. */
  readonly share: number;
  /** Equal seeds split equal tasks equally. */
  readonly seed: number;
}

/** What became of the request to keep some of FAIL_TO_PASS from the solver. */
export type HiddenOracles =
  | { readonly status: 'split'; readonly public: readonly string[]; readonly private: readonly string[] }
  | { readonly status: 'not-split'; readonly reason: string };
