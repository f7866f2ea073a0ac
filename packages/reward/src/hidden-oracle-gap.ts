/** How the public and the private tests of one graded attempt came out; `hidden` is there for a task with private ones. */
export interface HiddenOutcome {
  readonly hidden?: { readonly publicPassed: boolean; readonly privatePassed: boolean } | undefined;
}

/** How often private tests fail where the public ones pass. */
export interface HiddenOracleGap {
  /** Attempts with private tests and a run that could be judged. */
  readonly judged: number;
  readonly publicPassed: number;
  /** Of those that pass the public tests. */
  readonly privateFailed: number;
  /** `privateFailed` of `publicPassed`, 0..1; undefined where nothing passed the public tests, which is not the same as 0. */
  readonly share: number | undefined;
}

/** Counts over attempts how much the public tests alone would have let through. */
export function hiddenOracleGap(attempts: Iterable<HiddenOutcome>): HiddenOracleGap {
  let judged = 0;
  let publicPassed = 0;
  let privateFailed = 0;
  for (const { hidden } of attempts) {
    if (hidden === undefined) continue;
    judged += 1;
    if (!hidden.publicPassed) continue;
    publicPassed += 1;
    if (!hidden.privatePassed) privateFailed += 1;
  }
  const share = publicPassed === 0 ? undefined : privateFailed / publicPassed;
  return { judged, publicPassed, privateFailed, share };
}
